now-title = 当前
now-lead = { $count ->
    [0] 尚无服务中的订阅。
   *[other] 共有 { $count } 个服务中的订阅。
  }
now-at-risk = 有风险
now-at-risk-none = 没有承诺已经违反或即将违反。
now-kept = 目前达标
now-waiting = 待人处理
now-customer = 客户
now-promise = 承诺
now-level = 目前水平
now-budget = 已用余量
now-money = 涉及金额
now-broken = 未达标
now-heading = 趋于未达标
now-fine = 正常
now-no-data = 尚无数据
now-cycle = { $label }，已过 { $elapsed }
now-ends-in = { $span }后结束
now-budget-title = 余量已用 { $used }，周期已过 { $elapsed }
now-claims = { $count ->
    [0] 没有待处理的申请
   *[other] { $count } 个申请待处理
  }
now-decisions = { $count ->
    [0] 没有待作的决定
   *[other] { $count } 项决定待作
  }
now-next-deadline = 最近期限 { $when }
now-none-yet = 发布一份合同并为客户建立订阅，其承诺便显示于此。
now-publish = 发布合同
now-empty-title = 尚无承诺
