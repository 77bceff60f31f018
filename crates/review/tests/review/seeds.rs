//! The four seed agreements and three of the library: what a careful reader must be told about each.

use expect_test::{Expect, expect};

use crate::support;

/// Silences are listed in the contracts themselves; the rest is what the review finds.
fn check(file: &str, expected: &Expect) {
    let path = format!("{}/../../contracts/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let contract = support::named(file, &text);
    let silences = review::review(&contract).iter().filter(|it| it.code == "R0415").count();
    assert_eq!(silences, contract.undetermined.len());
    expected.assert_eq(&support::told(&contract, &["R0415"]));
}

#[test]
fn medical_web_experts_pays_negative_credits_and_jumps() {
    check(
        "mwe.md",
        &expect![[r#"
        `level uptime = (length(cycle) - downtime) / leng`: note R0420 the text does not say who bears time nobody watched; `uptime` counts it as without incident
            正文未写明没有监测的时间由谁承担；`uptime` 将其视为没有事件
        `promise availability: uptime >= by plan {`: warning R0409 `availability` is broken at uptime = 99% and nothing is paid (plan = enterprise)
            uptime = 99% 时，`availability` 未达标，却不支付任何赔付（套餐 = enterprise）
            = at uptime = 99%, the promise is broken and no row of the remedy pays (plan = enterprise)
            = uptime = 99% 时，承诺未达标，而没有任何一档赔付（套餐 = enterprise）
        `remedy credit : service_credit`: warning R0403 `credit` literally pays a negative amount: -22.22…% of monthly_fee at uptime = 99.4% (plan = enterprise)
            `credit` 按字面计算为负数：uptime = 99.4% 时得 monthly_fee 的 -22.22…%（套餐 = enterprise）
            = at uptime = 99.4%, the words give -22.22…% of monthly_fee and nothing is paid, although the promise is broken (plan = enterprise)
            = uptime = 99.4% 时，按原文得 monthly_fee 的 -22.22…%，因而不予支付，尽管承诺已被违反（套餐 = enterprise）
        `remedy credit : service_credit`: warning R0404 `credit` jumps at uptime = 98%: 100% of monthly_fee below, 55.55…% of monthly_fee above (plan = basic)
            `credit` 在 uptime = 98% 处跳变：低侧为 monthly_fee 的 100%，高侧为 monthly_fee 的 55.55…%（套餐 = basic）
            = uptime = 97.999% pays 100% of monthly_fee; uptime = 98% pays 55.55…% of monthly_fee (plan = basic; plan = professional)
            = uptime = 97.999% 时支付 monthly_fee 的 100%；uptime = 98% 时支付 monthly_fee 的 55.55…%（套餐 = basic；套餐 = professional）
            = uptime = 98.499% pays 100% of monthly_fee; uptime = 98.5% pays 27.77…% of monthly_fee (plan = enterprise)
            = uptime = 98.499% 时支付 monthly_fee 的 100%；uptime = 98.5% 时支付 monthly_fee 的 27.77…%（套餐 = enterprise）
        `office =`: note R0414 `office` can be read in 2 ways; `eastern` is in force
            `office` 有 2 种解读；采用 `eastern`
            = `eastern` (in force): The hours follow the clocks on the US East Coast, daylight saving time included
            = `eastern`（采用）：按美国东岸当地时钟，含夏令时
            = `standard`: EST taken at its word is UTC-5 the whole year
            = `standard`：按字面，EST 全年为 UTC-5
            = Mon 2026-09-28 09:00–10:00 is open only under `eastern`
            = 2026-09-28（周一）09:00–10:00 仅按 `eastern` 开放
        `duty emergency_fan_out: min(people_reached of em`: note R0412 no remedy follows when a duty is broken: `emergency_fan_out`, `critical_response`, `major_response`, `minor_response`, `escalations_taken_up`
            违反下列义务没有任何赔付：`emergency_fan_out`、`critical_response`、`major_response`、`minor_response`、`escalations_taken_up`
    "#]],
    );
}

#[test]
fn taimei_is_ambiguous_and_discretionary() {
    check(
        "taimei.md",
        &expect![[r#"
        `level availability shown to 3 decimals =`: warning R0414 `availability` can be read in 2 ways; `literal` is in force
            `availability` 有 2 种解读；采用 `literal`
            = `literal` (in force): followed because it is what is printed: the formula takes downtime off uptime, which is already free of it
            = `literal`（采用）：采用此读法因其为原文所印：公式从可用时间中再减去不可用时间，而可用时间本已不含不可用时间
            = `usual`: uptime is meant to be the whole time of the cycle, as is usual
            = `usual`：按通常理解，可用时间指整个周期的时间
            = at downtime = 30 min they disagree about `availability_goal`: `literal` 99.86…% (breached), `usual` 99.93…% (met)
            = downtime = 30 min 时，对 `availability_goal` 结论不同：`literal` 99.86…%（未达标），`usual` 99.93…%（达标）
        `level availability shown to 3 decimals =`: note R0420 the text does not say who bears time nobody watched; `availability` counts it as without incident
            正文未写明没有监测的时间由谁承担；`availability` 将其视为没有事件
        `promise reliability: mtbf >= 90 days`: note R0412 no remedy follows when `reliability` is broken
            `reliability` 未达标时没有任何赔付
        `level line_access per carrier shown to 2 decimal`: note R0419 `line_access` has no value while nothing happens: `share(reached of probe where line = carrier)` divides by nothing
            没有任何记录时 `line_access` 没有值：`share(reached of probe where line = carrier)` 的除数为零
        `duty multi_line_bgp: count(probe where line = te`: note R0412 no remedy follows when a duty is broken: `multi_line_bgp`, `no_bandwidth_limit`, `business_logs_kept`, `login_logs_kept`, `login_replay`, `through_bastion_only`, `on_site_review`, `no_logs_to_customers`, `full_logs_to_authorities`, `two_regions`, `data_in_china`, `no_use_abroad`, `lawful_centres`, `two_backups`, `restore_checked`, `no_third_parties`, `tenants_isolated`, `self_export`, `no_deletion_in_contract`, `destruction_on_permission`, `changes_made`, `fault_alarms`, `fault_reporting`, `change_announced`
            违反下列义务没有任何赔付：`multi_line_bgp`、`no_bandwidth_limit`、`business_logs_kept`、`login_logs_kept`、`login_replay`、`through_bastion_only`、`on_site_review`、`no_logs_to_customers`、`full_logs_to_authorities`、`two_regions`、`data_in_china`、`no_use_abroad`、`lawful_centres`、`two_backups`、`restore_checked`、`no_third_parties`、`tenants_isolated`、`self_export`、`no_deletion_in_contract`、`destruction_on_permission`、`changes_made`、`fault_alarms`、`fault_reporting`、`change_announced`
        `promise durability_goal: durability >= 99.99%`: note R0412 no remedy follows when `durability_goal` is broken
            `durability_goal` 未达标时没有任何赔付
        `remedy compensation : compensation`: warning R0413 `compensation` is left to discretion, no amount can be computed: users may be compensated appropriately: whether, how much and in what form is left open
            `compensation` 由人酌定，无法计算金额：“可酌情补偿”：是否补偿、补偿多少、以何种形式均未写明
    "#]],
    );
}

#[test]
fn ping_an_lacks_its_formula() {
    check(
        "pingan-sms.md",
        &expect![[r#"
        `level success_rate shown to 2 decimals =`: warning R0416 the formula of `success_rate` is missing in the text; the reading `delivered_share` is in force, one of 2
            正文缺失 `success_rate` 的公式；采用解读 `delivered_share`（共 2 种）
            = `delivered_share` (in force): the formula is a missing image: a success is a message delivered to a valid number
            = `delivered_share`（采用）：公式为缺失的图片：成功指短信送达有效号码
            = `definite_failures`: the formula is a missing image: clause 3.1 defines definite failure, so a message without a receipt does not count as a failure
            = `definite_failures`：公式为缺失的图片：第 3.1 条定义了明确失败，因此无回执的短信不算失败
        `reading delivered_share "the formula is a missin`: note R0419 `success_rate` has no value while nothing happens: `share(outcome = delivered of valid_messages)` divides by nothing
            没有任何记录时 `success_rate` 没有值：`share(outcome = delivered of valid_messages)` 的除数为零
        `reading definite_failures "the formula is a miss`: note R0419 `success_rate` has no value while nothing happens: `share(outcome = failed of valid_messages)` divides by nothing
            没有任何记录时 `success_rate` 没有值：`share(outcome = failed of valid_messages)` 的除数为零
        `duty billing_logs_kept: min(kept_months of billi`: note R0412 no remedy follows when a duty is broken: `billing_logs_kept`, `metering_accurate`, `disclosure_in_form`, `disclosure_made`, `fault_handling`
            违反下列义务没有任何赔付：`billing_logs_kept`、`metering_accurate`、`disclosure_in_form`、`disclosure_made`、`fault_handling`
        `closes cycle.until + 2 months`: note R0418 the claim window of `voucher` cannot be known yet for cycle 2026-12
            周期 2026-12 的 `voucher` 申请期尚无法确定
            = the holidays of `cn` for 2027 are not published yet
            = `cn` 2027 年的假日安排尚未公布
    "#]],
    );
}

#[test]
fn websoft9_contradicts_its_hours_and_mismatches_a_link() {
    check(
        "websoft9.md",
        &expect![[r#"
        `duty sessions_full_length: cut_short = 0`: note R0412 no remedy follows when a duty is broken: `sessions_full_length`, `live_channel_open`, `session_becomes_ticket`
            违反下列义务没有任何赔付：`sessions_full_length`、`live_channel_open`、`session_becomes_ticket`
        `restated premium_hours = hours always`: warning R0411 `premium_hours` is stated again in clause 2.4 Premium support · 尊享支持, and differently: Mon 2026-09-28 00:00–08:00 is open here, closed there
            `premium_hours` 在“2.4 Premium support · 尊享支持”中再次写明，但内容不同：2026-09-28（周一）00:00–08:00 此处开放，彼处关闭
            = Mon 2026-09-28 00:00–08:00 is open here, closed there
            = 2026-09-28（周一）00:00–08:00 此处开放，彼处关闭
        `restated normal_target = by plan {`: warning R0411 `normal_target` is stated again in clause 2.4 Premium support · 尊享支持, and differently: 2 h there, 10 min here (plan = premium)
            `normal_target` 在“2.4 Premium support · 尊享支持”中再次写明，但内容不同：彼处为 2 小时，此处为 10 分钟（套餐 = premium）
            = 2 h there, 10 min here (plan = premium)
            = 彼处为 2 小时，此处为 10 分钟（套餐 = premium）
        `- [Tencent Cloud SLA · 腾讯云 SLA](https://www.huaw`: warning R0421 mismatched link: `Tencent Cloud SLA · 腾讯云 SLA` leads to https://www.huaweicloud.com/declaration/sla.html
            链接不符：“Tencent Cloud SLA · 腾讯云 SLA”指向 https://www.huaweicloud.com/declaration/sla.html
            = `Huawei Cloud SLA · 华为云 SLA` leads to the same address
            = “Huawei Cloud SLA · 华为云 SLA”指向同一地址
    "#]],
    );
}

#[test]
fn github_has_a_hole_and_credits_a_kept_promise() {
    check(
        "library/08-github-enterprise-cloud.md",
        &expect![[r#"
            `level uptime per feature = by feature {`: note R0420 the text does not say who bears time nobody watched; `uptime` counts it as without incident
                正文未写明没有监测的时间由谁承担；`uptime` 将其视为没有事件
            `"Actions": count(executions_in_time) / count(exe`: note R0419 `uptime` has no value while nothing happens: `count(executions_in_time) / count(execution)` divides by nothing
                没有任何记录时 `uptime` 没有值：`count(executions_in_time) / count(execution)` 的除数为零
            `"Packages transfers": count(transfers_in_time) /`: note R0419 `uptime` has no value while nothing happens: `count(transfers_in_time) / count(transfer)` divides by nothing
                没有任何记录时 `uptime` 没有值：`count(transfers_in_time) / count(transfer)` 的除数为零
            `credit_share per feature =`: note R0414 `credit_share` can be read in 2 ways; `literal` is in force
                `credit_share` 有 2 种解读；采用 `literal`
                = `literal` (in force): the rows as written: exactly 99.0% stands in neither
                = `literal`（采用）：the rows as written: exactly 99.0% stands in neither
                = `inclusive`: the 10% row is meant to reach down to the 25% row
                = `inclusive`：the 10% row is meant to reach down to the 25% row
            `reading literal "the rows as written: exactly 99`: warning R0401 no row of this table holds uptime = 99%
                uptime = 99% 不属于表中任何一档
                = at uptime = 99%, the promise is broken, no row matches and nothing is paid
                = uptime = 99% 时，承诺未达标，却没有对应的档位，不予支付
            `remedy credit : service_credit`: warning R0408 `availability` is kept at uptime = 99.9% and `credit` still pays 10.00 USD on 100.00 USD charged
                uptime = 99.9% 时，`availability` 已达标，而 `credit` 仍支付 10.00 USD（共收费 100.00 USD）
                = at uptime = 99.9%, the promise is kept and 10.00 USD on 100.00 USD charged is paid
                = uptime = 99.9% 时，承诺达标，仍支付 10.00 USD（共收费 100.00 USD）
        "#]],
    );
}

#[test]
fn earthly_has_holes_as_printed() {
    check(
        "library/20-earthly-builds.md",
        &expect![[r#"
        `level availability =`: note R0414 `availability` can be read in 3 ways; `half_open` is in force
            `availability` 有 3 种解读；采用 `half_open`
            = `half_open` (in force): each row runs from its lower figure up to, but not including, the row above; the level is not rounded
            = `half_open`（采用）：each row runs from its lower figure up to, but not including, the row above; the level is not rounded
            = `literal`: the two-decimal figures are taken as printed; the level is not rounded
            = `literal`：the two-decimal figures are taken as printed; the level is not rounded
            = `rounded`: the level is rounded to two decimals before it is compared
            = `rounded`：the level is rounded to two decimals before it is compared
        `level availability =`: note R0420 the text does not say who bears time nobody watched; `availability` counts it as without incident
            正文未写明没有监测的时间由谁承担；`availability` 将其视为没有事件
        `share_of_fees =`: note R0414 `share_of_fees` can be read in 3 ways; `half_open` is in force
            `share_of_fees` 有 3 种解读；采用 `half_open`
            = `half_open` (in force): each row runs from its lower figure up to, but not including, the row above; the level is not rounded
            = `half_open`（采用）：each row runs from its lower figure up to, but not including, the row above; the level is not rounded
            = `literal`: the two-decimal figures are taken as printed; the level is not rounded
            = `literal`：the two-decimal figures are taken as printed; the level is not rounded
            = `rounded`: the level is rounded to two decimals before it is compared
            = `rounded`：the level is rounded to two decimals before it is compared
        `ladder availability {`: note R0401 no row of this table holds availability = 98.999%, 96.999%, 93.999% (read as `literal`)
            availability = 98.999%、96.999%、93.999% 不属于表中任何一档（按解读 `literal`）
            = at availability = 98.999%, the promise is broken, no row matches and nothing is paid (read as `literal`)
            = availability = 98.999% 时，承诺未达标，却没有对应的档位，不予支付（按解读 `literal`）
            = at availability = 96.999%, the promise is broken, no row matches and nothing is paid (read as `literal`)
            = availability = 96.999% 时，承诺未达标，却没有对应的档位，不予支付（按解读 `literal`）
            = at availability = 93.999%, the promise is broken, no row matches and nothing is paid (read as `literal`)
            = availability = 93.999% 时，承诺未达标，却没有对应的档位，不予支付（按解读 `literal`）
    "#]],
    );
}

#[test]
fn volico_has_overlaps_holes_and_a_dead_band() {
    check(
        "library/27-volico-3crossroads-cumulative.md",
        &expect![[r#"
        `power_share =`: note R0414 `power_share` can be read in 2 ways; `continuous` is in force
            `power_share` 有 2 种解读；采用 `continuous`
            = `continuous` (in force): 06:00:00 is a misprint for 16:00:00; each row runs on to the next, the last but one to 24:00:00 inclusive
            = `continuous`（采用）：06:00:00 is a misprint for 16:00:00; each row runs on to the next, the last but one to 24:00:00 inclusive
            = `literal`: the rows exactly as printed
            = `literal`：the rows exactly as printed
        `ladder power_time {`: note R0401 no row of this table holds power_time = 3 h 59 min 59.1 s, 19 h 59 min 59.1 s, 1 d (read as `literal`)
            power_time = 3 h 59 min 59.1 s、19 h 59 min 59.1 s、1 d 不属于表中任何一档（按解读 `literal`）
            = at power_time = 3 h 59 min 59.1 s, no row matches and nothing is paid (read as `literal`)
            = power_time = 3 h 59 min 59.1 s 时，没有对应的档位，不予支付（按解读 `literal`）
            = at power_time = 19 h 59 min 59.1 s, no row matches and nothing is paid (read as `literal`)
            = power_time = 19 h 59 min 59.1 s 时，没有对应的档位，不予支付（按解读 `literal`）
            = at power_time = 1 d, no row matches and nothing is paid (read as `literal`)
            = power_time = 1 d 时，没有对应的档位，不予支付（按解读 `literal`）
        `ladder power_time {`: note R0402 two rows of this table hold the same power_time with different results at power_time = 6 h (read as `literal`)
            power_time = 6 h 时，表中两档同时适用而结果不同（按解读 `literal`）
            = at power_time = 6 h, both `[4 h, 7 h 59 min 59 s]` and `[6 h, 19 h 59 min 59 s]` match (read as `literal`)
            = power_time = 6 h 时，`[4 h, 7 h 59 min 59 s]` 与 `[6 h, 19 h 59 min 59 s]` 同时符合（按解读 `literal`）
            = at power_time = 8 h, both `[8 h, 11 h 59 min 59 s]` and `[6 h, 19 h 59 min 59 s]` match (read as `literal`)
            = power_time = 8 h 时，`[8 h, 11 h 59 min 59 s]` 与 `[6 h, 19 h 59 min 59 s]` 同时符合（按解读 `literal`）
            = at power_time = 12 h, both `[12 h, 15 h 59 min 59 s]` and `[6 h, 19 h 59 min 59 s]` match (read as `literal`)
            = power_time = 12 h 时，`[12 h, 15 h 59 min 59 s]` 与 `[6 h, 19 h 59 min 59 s]` 同时符合（按解读 `literal`）
        `level port_availability = 1 - port_time / length`: note R0420 the text does not say who bears time nobody watched; `port_availability` counts it as without incident
            正文未写明没有监测的时间由谁承担；`port_availability` 将其视为没有事件
        `promise port_target: port_availability >= by por`: warning R0409 `port_target` is broken at port_time = 10 min and nothing is paid (port_class = standard)
            port_time = 10 min 时，`port_target` 未达标，却不支付任何赔付（port_class = standard）
            = at port_time = 10 min, the promise is broken and no row of the remedy pays (port_class = standard)
            = port_time = 10 min 时，承诺未达标，而没有任何一档赔付（port_class = standard）
            = at port_time = 5 min, the promise is broken and no row of the remedy pays (port_class = protected)
            = port_time = 5 min 时，承诺未达标，而没有任何一档赔付（port_class = protected）
        `protected: ladder port_time {`: warning R0401 no row of this table holds port_time = 1 h (port_class = protected)
            port_time = 1 h 不属于表中任何一档（port_class = protected）
            = at port_time = 1 h, the promise is broken, no row matches and nothing is paid (port_class = protected)
            = port_time = 1 h 时，承诺未达标，却没有对应的档位，不予支付（port_class = protected）
        `remedy port_credit : service_credit`: note R0404 `port_credit` jumps at port_time = 1 d: 50% of max(port_mrc, port_usage) below, 100% of max(port_mrc, port_usage) above (port_class = standard)
            `port_credit` 在 port_time = 1 d 处跳变：低侧为 max(port_mrc, port_usage) 的 50%，高侧为 max(port_mrc, port_usage) 的 100%（port_class = standard）
            = port_time = 1 d pays 50% of max(port_mrc, port_usage); port_time = 1 d 8.04 s pays 100% of max(port_mrc, port_usage) (port_class = standard)
            = port_time = 1 d 时支付 max(port_mrc, port_usage) 的 50%；port_time = 1 d 8.04 s 时支付 max(port_mrc, port_usage) 的 100%（port_class = standard）
    "#]],
    );
}
