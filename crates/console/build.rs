//! Makes the words of the pages from `words/*.ftl`: one method for each message, in both languages.
//!
//! A message that one language lacks, or whose arguments differ, stops the build.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey};

fn main() -> Result<(), String> {
    println!("cargo::rerun-if-changed=words");
    let english = messages("en")?;
    let chinese = messages("zh")?;
    let mut code = String::from("impl Words {\n");
    for (key, (place, en)) in &english {
        let (_, zh) = chinese.get(key).ok_or_else(|| format!("{place}: `{key}` has no Chinese"))?;
        method(&mut code, key, en, zh).map_err(|it| format!("{place}: `{key}`: {it}"))?;
    }
    for (key, (place, _)) in &chinese {
        if !english.contains_key(key) {
            return Err(format!("{place}: `{key}` has no English"));
        }
    }
    code.push_str("}\n");
    let out = env::var_os("OUT_DIR").map(PathBuf::from).ok_or("no OUT_DIR")?;
    fs::write(out.join("words.rs"), code).map_err(|it| it.to_string())
}

/// The messages of a language, by key, with the file each stands in.
fn messages(lang: &str) -> Result<BTreeMap<String, (String, Pattern<String>)>, String> {
    let folder = Path::new("words");
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|it| format!("words: {it}"))? {
        let path = entry.map_err(|it| it.to_string())?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.ends_with(&format!(".{lang}.ftl")) {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|it| format!("{name}: {it}"))?;
        let resource =
            fluent_syntax::parser::parse(text).map_err(|(_, it)| format!("words/{name}: {it:?}"))?;
        for entry in resource.body {
            let Entry::Message(message) = entry else { continue };
            let key = message.id.name;
            let pattern = message.value.ok_or_else(|| format!("words/{name}: `{key}` is empty"))?;
            if found.insert(key.clone(), (format!("words/{name}"), pattern)).is_some() {
                return Err(format!("words/{name}: `{key}` is there twice"));
            }
        }
    }
    Ok(found)
}

/// How an argument is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
}

/// Arguments in the order in which English has them first; the methods take them so.
type Arguments = Vec<(String, Kind)>;

fn method(code: &mut String, key: &str, en: &Pattern<String>, zh: &Pattern<String>) -> Result<(), String> {
    let (mut arguments, mut of_zh) = (Arguments::new(), Arguments::new());
    collect(en, &mut arguments)?;
    collect(zh, &mut of_zh)?;
    let names = |all: &Arguments| all.iter().map(|it| it.0.clone()).collect::<BTreeSet<String>>();
    if names(&arguments) != names(&of_zh) {
        return Err(format!("takes {:?} in English and {:?} in Chinese", names(&arguments), names(&of_zh)));
    }
    for (name, _) in of_zh.into_iter().filter(|it| it.1 == Kind::Number) {
        note(&mut arguments, &name, Kind::Number);
    }
    let name = key.replace('-', "_");
    let plain = (arguments.is_empty()).then(|| Some((plain(en)?, plain(zh)?))).flatten();
    let outcome = match plain {
        Some((en, zh)) => writeln!(
            code,
            "    /// {}\n    pub fn {name}(self) -> &'static str {{\n        match self.lang {{ Lang::En => {en:?}, Lang::Zh => {zh:?} }}\n    }}",
            en.replace('\n', " "),
        ),
        None => {
            let parameters: String = arguments
                .iter()
                .map(|(name, kind)| match kind {
                    Kind::Text => format!(", {}: impl std::fmt::Display", name.replace('-', "_")),
                    Kind::Number => format!(", {}: i64", name.replace('-', "_")),
                })
                .collect();
            let (en, zh) = (block(en)?, block(zh)?);
            writeln!(
                code,
                "    /// With values.\n    pub fn {name}(self{parameters}) -> String {{\n        let mut out = String::new();\n        match self.lang {{ Lang::En => {{ {en} }} Lang::Zh => {{ {zh} }} }}\n        out\n    }}"
            )
        }
    };
    outcome.map_err(|it| it.to_string())
}

/// The text of a pattern that is nothing else.
fn plain(pattern: &Pattern<String>) -> Option<String> {
    let text = |it: &PatternElement<String>| match it {
        PatternElement::TextElement { value } => Some(value.clone()),
        PatternElement::Placeable {
            expression: Expression::Inline(InlineExpression::StringLiteral { value }),
        } => Some(value.clone()),
        PatternElement::Placeable { .. } => None,
    };
    pattern.elements.iter().map(text).collect()
}

fn collect(pattern: &Pattern<String>, arguments: &mut Arguments) -> Result<(), String> {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else { continue };
        match expression {
            Expression::Inline(it) => collect_inline(it, arguments)?,
            Expression::Select { selector, variants } => {
                note(arguments, variable(selector)?, Kind::Number);
                for variant in variants {
                    collect(&variant.value, arguments)?;
                }
            }
        }
    }
    Ok(())
}

fn collect_inline(it: &InlineExpression<String>, arguments: &mut Arguments) -> Result<(), String> {
    if !matches!(it, InlineExpression::StringLiteral { .. }) {
        note(arguments, variable(it)?, Kind::Text);
    }
    Ok(())
}

/// An argument that chooses anywhere is a number everywhere.
fn note(arguments: &mut Arguments, name: &str, kind: Kind) {
    match arguments.iter_mut().find(|it| it.0 == name) {
        Some(found) if kind == Kind::Number => found.1 = kind,
        Some(_) => {}
        None => arguments.push((name.to_owned(), kind)),
    }
}

fn variable(it: &InlineExpression<String>) -> Result<&str, String> {
    match it {
        InlineExpression::VariableReference { id } => Ok(&id.name),
        _ => Err("only text, variables and choices by a number can be used".to_owned()),
    }
}

/// Rust that appends the pattern to `out`.
fn block(pattern: &Pattern<String>) -> Result<String, String> {
    let mut code = String::new();
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => push(&mut code, value)?,
            PatternElement::Placeable { expression } => expression_block(&mut code, expression)?,
        }
    }
    Ok(code)
}

fn push(code: &mut String, text: &str) -> Result<(), String> {
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(only), None) => write!(code, "out.push({only:?});"),
        _ => write!(code, "out.push_str({text:?});"),
    }
    .map_err(|it| it.to_string())
}

fn expression_block(code: &mut String, expression: &Expression<String>) -> Result<(), String> {
    match expression {
        Expression::Inline(InlineExpression::StringLiteral { value }) => push(code, value),
        Expression::Inline(it) => {
            let name = variable(it)?.replace('-', "_");
            write!(code, "out.push_str(&{name}.to_string());").map_err(|it| it.to_string())
        }
        Expression::Select { selector, variants } => {
            let name = variable(selector)?.replace('-', "_");
            write!(code, "match {name} {{").map_err(|it| it.to_string())?;
            for variant in variants {
                let value = block(&variant.value)?;
                let arm = match &variant.key {
                    _ if variant.default => "_".to_owned(),
                    VariantKey::Identifier { name } if name == "one" => "1".to_owned(),
                    VariantKey::NumberLiteral { value } => value.clone(),
                    VariantKey::Identifier { name } => {
                        return Err(format!("[{name}] is no number and not [one]"));
                    }
                };
                write!(code, "{arm} => {{ {value} }}").map_err(|it| it.to_string())?;
            }
            code.push('}');
            Ok(())
        }
    }
}
