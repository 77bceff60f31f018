//! What a log says of a statement or of itself, for people and for programs.

use calendar::Zone;
use diagnostic::Lang;
use proof::{Checkpoint, Cosignature, Logged};
use serde_json::{Value, json};
use timeline::Instant;

/// The log a package is in, for programs.
pub(crate) fn json(logged: &Logged) -> Value {
    json!({
        "key": logged.key.to_string(),
        "index": logged.index,
        "checkpoint": checkpoint_json(&logged.checkpoint),
        "cosignatures": cosignatures_json(&logged.cosignatures),
        "unchecked": logged.unchecked.iter().map(|(name, id)| json!({"name": name, "id": id.to_string()})).collect::<Vec<_>>(),
    })
}

/// A checkpoint, for programs.
pub(crate) fn checkpoint_json(it: &Checkpoint) -> Value {
    json!({ "origin": it.origin, "size": it.size, "root": it.root.to_base64() })
}

/// Cosignatures, for programs.
pub(crate) fn cosignatures_json(cosignatures: &[Cosignature]) -> Value {
    let one = |it: &Cosignature| json!({ "witness": it.name, "time": time(it.time_s) });
    Value::Array(cosignatures.iter().map(one).collect())
}

/// The log a package is in, for people.
pub(crate) fn text(logged: &Logged, pinned: bool, lang: Lang) -> String {
    let (key, index, size) = (&logged.key, logged.index, logged.checkpoint.size);
    let mut text = match lang {
        Lang::En => {
            let key_from =
                if pinned { "the log you named" } else { "the log's key is in the package; compare it" };
            format!("logged:   entry {index} of {size} in the log of {key}\n          ({key_from})\n")
        }
        Lang::Zh => {
            let key_from =
                if pinned { "即您指定的日志" } else { "日志公钥取自本包，请核对" };
            format!("已入日志：序号 {index}（共 {size} 条），日志 {key}\n          （{key_from}）\n")
        }
    };
    text.push_str(&cosignatures(&logged.cosignatures, lang));
    for (name, id) in &logged.unchecked {
        text.push_str(&match lang {
            Lang::En => format!(
                "          unchecked signature of {name:?}, key {id}; name the witness with --witness\n"
            ),
            Lang::Zh => format!("          未核对的签名：{name:?}，密钥 {id}；可用 --witness 指定见证人\n"),
        });
    }
    text
}

/// Cosignatures, for people.
pub(crate) fn cosignatures(cosignatures: &[Cosignature], lang: Lang) -> String {
    let one = |it: &Cosignature| match lang {
        Lang::En => format!("          seen by witness {} at {}\n", it.name, time(it.time_s)),
        Lang::Zh => format!("          见证人 {} 于 {} 所见\n", it.name, time(it.time_s)),
    };
    cosignatures.iter().map(one).collect()
}

/// A time of a cosignature, as RFC 3339 in UTC; one that no calendar shows stays a number of seconds.
fn time(time_s: u64) -> String {
    let instant = i64::try_from(time_s).ok().and_then(Instant::from_seconds);
    instant.map_or_else(|| format!("second {time_s}"), |it| Zone::utc().show(it))
}
