//! What the check of a package finds: tables of damage, and every single bit of a small package.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use expect_test::expect;
use proof::{Finding, KEY_FILE, Note, SEAL_FILE, SigningKey, VerifyingKey, open, open_pinned, seal};
use proptest::prelude::*;

type Files = BTreeMap<String, Vec<u8>>;

fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(name, [seed; 32]).unwrap()
}

fn provider() -> SigningKey {
    key("cloud.example/statements", 1)
}

fn contents() -> Files {
    [
        ("statement.json", r#"{"credit":"22.22"}"#),
        ("statement.html", "<p>22.22</p>\n"),
        ("contract.md", "# 合同\n"),
        ("evidence/001-probe.csv", "at,up\n"),
        ("evidence/002-空.ndjson", ""),
    ]
    .into_iter()
    .map(|(file, text)| (file.to_owned(), text.as_bytes().to_vec()))
    .collect()
}

fn sealed() -> Files {
    seal(contents(), &provider()).unwrap().into_files()
}

fn findings(files: Files, pin: Option<&VerifyingKey>) -> Vec<Finding> {
    match pin {
        None => open(files),
        Some(pin) => open_pinned(files, pin),
    }
    .err()
    .unwrap_or_default()
}

fn report(files: Files, pin: Option<&VerifyingKey>) -> String {
    let mut out = String::new();
    for it in findings(files, pin) {
        writeln!(out, "{it}\n    {}", it.message().zh).unwrap();
    }
    out
}

/// The seal over a text of the test's own making.
fn with_seal_text(mut files: Files, text: &str, key: &SigningKey) -> Files {
    files.insert(SEAL_FILE.to_owned(), Note::sign(text, key).unwrap().to_string().into_bytes());
    files
}

#[test]
fn a_seal_is_a_signed_list_of_digests_in_the_order_of_names() {
    let files = sealed();
    let seal = String::from_utf8(files[SEAL_FILE].clone()).unwrap();
    expect![[r#"
        upheld statement v1
        ce9f75ac071036f90cd0bb93e16eb37d1f8369f711acc25f9b3301581d83e8b9  contract.md
        9db2ee0c99859062ba14a350854d72e9e18a5a082fbecc866452237ef1aaff24  evidence/001-probe.csv
        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  evidence/002-空.ndjson
        eb5935eab1ca3327137f35821a1103a59fe315dcc6b9d60e852d086ae7928552  key.vkey
        fd5783568410d80ba4991ea732b1383643524d2fdba364f17f3fb341e13c8d94  statement.html
        d6261e414ff39b8112eed52c9948b2407a2ad00abc956546a2e35d8c5dfc9710  statement.json

        — cloud.example/statements 5yxyaJunBoqULVyhrG9RvSypW/KgFtXM8+HxGa2XWz7qkPYVA8nz+z+8QPMDOkuCWr8Q/MCgzIJZOeiEyg7g3YmpoAM=
    "#]].assert_eq(&seal);
    expect![[r#"
        cloud.example/statements+e72c7268+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c
    "#]]
    .assert_eq(&String::from_utf8(files[KEY_FILE].clone()).unwrap());
}

#[test]
fn an_untouched_package_opens_with_its_files_and_key() {
    let public = provider().verifying_key().clone();
    for opened in [open(sealed()).unwrap(), open_pinned(sealed(), &public).unwrap()] {
        assert_eq!(opened.key(), &public);
        assert_eq!(opened.files(), &sealed());
        assert_eq!(opened.file("contract.md"), Some("# 合同\n".as_bytes()));
    }
}

#[test]
fn a_package_of_no_files_is_sealed_and_opens() {
    assert!(open(seal(Files::new(), &provider()).unwrap().into_files()).is_ok());
}

#[test]
fn every_disagreement_is_told_at_once() {
    let mut files = sealed();
    files.insert("contract.md".to_owned(), b"# other\n".to_vec());
    files.remove("evidence/001-probe.csv");
    files.insert("evidence/003-late.csv".to_owned(), b"at,up\n".to_vec());
    files.insert("../../etc/cron.d/x".to_owned(), b"".to_vec());
    expect![[r#"
        [P0109] file name "../../etc/cron.d/x" is not safe: it has an empty, `.` or `..` step
            文件名 "../../etc/cron.d/x" 不安全：路径中有空段、`.` 或 `..`
        [P0103] `contract.md` was changed: sealed with digest ce9f75ac071036f90cd0bb93e16eb37d1f8369f711acc25f9b3301581d83e8b9, found f32b0240fc28d4473e92dab1f773274687d806250f15e2f93b3316a27a559996
            `contract.md` 已被改动：封签摘要为 ce9f75ac071036f90cd0bb93e16eb37d1f8369f711acc25f9b3301581d83e8b9，实际为 f32b0240fc28d4473e92dab1f773274687d806250f15e2f93b3316a27a559996
        [P0101] `evidence/001-probe.csv` is missing
            缺少文件 `evidence/001-probe.csv`
        [P0102] `evidence/003-late.csv` is not part of what was sealed
            `evidence/003-late.csv` 不在封签清单之内
    "#]].assert_eq(&report(files, None));
}

#[test]
fn a_hostile_name_reaches_no_terminal() {
    let mut files = sealed();
    files.insert("\u{1b}[2J\u{202e}x".to_owned(), Vec::new());
    expect![[r#"
        [P0109] file name "\u{1b}[2J\u{202e}x" is not safe: it holds the control character U+001B
            文件名 "\u{1b}[2J\u{202e}x" 不安全：含控制字符 U+001B
    "#]]
    .assert_eq(&report(files, None));
}

#[test]
fn swapped_files_are_both_named() {
    let mut files = sealed();
    let (a, b) = (files["contract.md"].clone(), files["statement.html"].clone());
    files.insert("contract.md".to_owned(), b);
    files.insert("statement.html".to_owned(), a);
    let found = findings(files, None);
    assert_eq!(found.iter().map(Finding::file).collect::<Vec<_>>(), ["contract.md", "statement.html"]);
}

#[test]
fn a_missing_seal_and_key_are_named_and_nothing_is_judged_without_them() {
    let without = |names: &[&str]| {
        let mut files = sealed();
        files.retain(|file, _| !names.contains(&file.as_str()));
        files
    };
    let pin = provider().verifying_key().clone();
    let cases: [(&[&str], &[&str]); 3] = [
        (&[SEAL_FILE], &[SEAL_FILE]),
        (&[KEY_FILE], &[KEY_FILE]),
        (&[SEAL_FILE, KEY_FILE], &[KEY_FILE, SEAL_FILE]),
    ];
    for (removed, expected) in cases {
        let found = findings(without(removed), None);
        assert!(found.iter().all(|it| it.code() == "P0101"), "{found:?}");
        assert_eq!(found.iter().map(Finding::file).collect::<Vec<_>>(), expected);
    }
    let pinned = findings(without(&[KEY_FILE]), Some(&pin));
    assert_eq!(pinned, [Finding::MissingFile { file: KEY_FILE.to_owned() }]);
}

#[test]
fn a_package_sealed_anew_by_another_is_caught_by_the_pinned_key_alone() {
    let forger = key("cloud.example/statements", 2);
    let forged = seal(contents(), &forger).unwrap().into_files();
    assert!(open(forged.clone()).is_ok());
    let pin = provider().verifying_key().clone();
    let found = forger.verifying_key().clone();
    assert_eq!(findings(forged, Some(&pin)), [Finding::WrongKey { expected: pin, found }]);
}

#[test]
fn a_key_file_exchanged_for_another_key_is_named() {
    let pin = provider().verifying_key().clone();
    let other = key("other.example", 3).verifying_key().clone();
    let mut files = sealed();
    files.insert(KEY_FILE.to_owned(), format!("{other}\n").into_bytes());
    assert_eq!(findings(files.clone(), None), [Finding::NotSigned { key: other }]);
    let pinned = findings(files, Some(&pin));
    assert!(matches!(&pinned[..], [Finding::ChangedFile { file, .. }] if file == KEY_FILE), "{pinned:?}");
}

#[test]
fn a_signer_cannot_pass_off_another_key_as_its_own() {
    let pin = provider().verifying_key().clone();
    let other = key("other.example", 3).verifying_key().clone();
    let list_of = |text: String| {
        let digest = proof::Digest::of(text.as_bytes());
        let files = Files::from([(KEY_FILE.to_owned(), text.into_bytes())]);
        with_seal_text(files, &format!("upheld statement v1\n{digest}  {KEY_FILE}\n"), &provider())
    };
    assert!(findings(list_of(format!("{pin}\n")), Some(&pin)).is_empty());
    let found = findings(list_of(format!("{other}\n")), Some(&pin));
    assert_eq!(found, [Finding::WrongKey { expected: pin.clone(), found: other }]);
    let found = findings(list_of("no key\n".to_owned()), Some(&pin));
    assert!(matches!(&found[..], [Finding::MalformedKey { .. }]), "{found:?}");
}

#[test]
fn a_countersignature_does_not_disturb_and_does_not_replace_the_seal() {
    let (provider, customer) = (provider().verifying_key().clone(), key("customer.example", 4));
    let mut files = sealed();
    let mut note = Note::parse(&files[SEAL_FILE]).unwrap();
    note.countersign(&customer).unwrap();
    files.insert(SEAL_FILE.to_owned(), note.to_string().into_bytes());
    assert!(findings(files.clone(), None).is_empty());
    assert!(findings(files.clone(), Some(&provider)).is_empty());
    let customer = customer.verifying_key().clone();
    let found = findings(files, Some(&customer));
    assert_eq!(found, [Finding::WrongKey { expected: customer.clone(), found: provider }]);
}

#[test]
fn findings_on_seal_and_key_read_well_in_both_languages() {
    let pin = provider().verifying_key().clone();
    let replaced = |file: &str, from: &str, to: &str| {
        let mut files = sealed();
        let text = String::from_utf8(files[file].clone()).unwrap();
        assert!(text.contains(from), "{text}");
        files.insert(file.to_owned(), text.replacen(from, to, 1).into_bytes());
        files
    };
    let other = seal(contents(), &key("other.example", 3)).unwrap().into_files();
    let mut out = String::new();
    for (files, pin) in [
        (replaced(SEAL_FILE, "contract.md", "Contract.md"), None),
        (replaced(SEAL_FILE, "— cloud", "— clown"), None),
        (replaced(SEAL_FILE, "— ", "- "), None),
        (replaced(KEY_FILE, "cloud", "clown"), None),
        (replaced(KEY_FILE, "\n", "\r\n"), None),
        (with_seal_text(sealed(), "upheld statement v2\n", &provider()), None),
        (with_seal_text(sealed(), "upheld statement v1\nabc  ../x\n", &provider()), None),
        (other, Some(&pin)),
    ] {
        out.push_str(&report(files, pin));
    }
    expect![[r#"
        [P0104] the signature of `cloud.example/statements` in `seal.note` is invalid
            `seal.note` 中 `cloud.example/statements` 的签名无效
        [P0105] `seal.note` has no signature of key `cloud.example/statements+e72c7268+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c`
            `seal.note` 中没有密钥 `cloud.example/statements+e72c7268+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c` 的签名
        [P0106] `seal.note` line 9: expected `— name base64` with a key id and a signature
            `seal.note` 第 9 行：应为 `— 名称 base64`，内含密钥编号与签名
        [P0107] `key.vkey` does not hold a public key: key id does not belong to the name and the key
            `key.vkey` 中不是有效的公钥：密钥编号与名称、密钥不符
        [P0107] `key.vkey` does not hold a public key: key is not of the form `name+keyid+base64`
            `key.vkey` 中不是有效的公钥：密钥不是 `名称+编号+base64` 的形式
        [P0106] `seal.note` line 1: expected `upheld statement v1`: this is not the seal of a statement of this version
            `seal.note` 第 1 行：应为 `upheld statement v1`：这不是本版本结算单的封签
        [P0106] `seal.note` line 2: expected 64 lowercase hexadecimal digits, two spaces and a file name
            `seal.note` 第 2 行：应为 64 位小写十六进制摘要、两个空格和文件名
        [P0108] expected a package sealed with key `cloud.example/statements+e72c7268+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c`, found `other.example+e3d50abc+Ae1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR` in `key.vkey`
            应由密钥 `cloud.example/statements+e72c7268+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c` 封签，而 `key.vkey` 中为 `other.example+e3d50abc+Ae1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR`
    "#]].assert_eq(&out);
}

#[test]
fn every_finding_has_a_help_in_both_languages() {
    let digest = proof::Digest::of(b"");
    let public = provider().verifying_key().clone();
    let file = || "a".to_owned();
    let reason = diagnostic::Bilingual::new("x", "x");
    let all = [
        Finding::MissingFile { file: file() },
        Finding::ExtraFile { file: file() },
        Finding::ChangedFile { file: file(), expected: digest, actual: digest },
        Finding::BadSignature { key: public.clone() },
        Finding::NotSigned { key: public.clone() },
        Finding::MalformedSeal { line: 1, reason },
        Finding::MalformedKey { file: file(), why: proof::KeyError::BadId },
        Finding::WrongKey { expected: public.clone(), found: public },
        Finding::UnsafeFile { file: file(), why: proof::UnsafeName::Absolute },
    ];
    let codes: Vec<_> = all.iter().map(Finding::code).collect();
    assert_eq!(codes, (101..110).map(|it| format!("P0{it}")).collect::<Vec<_>>());
    for it in all.iter().map(Finding::diagnostic) {
        assert!(!it.help.en.is_empty() && !it.help.zh.is_empty());
        assert!(!it.message.en.ends_with('.') && !it.message.zh.ends_with('。'), "{it:?}");
    }
}

#[test]
fn every_flipped_bit_is_found_and_its_file_alone_is_named() {
    let files = sealed();
    let pin = provider().verifying_key().clone();
    let mut flips = 0;
    for (file, bytes) in &files {
        for bit in 0..bytes.len() * 8 {
            for pin in [None, Some(&pin)] {
                let found = findings(flipped(&files, file, bit), pin);
                let named: BTreeSet<&str> = found.iter().map(Finding::file).collect();
                assert_eq!(named, BTreeSet::from([file.as_str()]), "bit {bit} of {file}: {found:?}");
                flips += 1;
            }
        }
    }
    assert_eq!(flips, files.values().map(|it| it.len() * 16).sum::<usize>());
}

fn flipped(files: &Files, file: &str, bit: usize) -> Files {
    let mut files = files.clone();
    files.get_mut(file).unwrap()[bit / 8] ^= 1 << (bit % 8);
    files
}

fn any_files() -> impl Strategy<Value = Files> {
    prop::collection::btree_map("[a-z]{1,8}\\.[a-z]{1,4}", prop::collection::vec(any::<u8>(), 0..40), 0..6)
        .prop_map(|files| {
            files.into_iter().filter(|(file, _)| file != SEAL_FILE && file != KEY_FILE).collect()
        })
}

/// What a check with both packages side by side would say: the files that differ.
fn oracle(sealed: &Files, given: &Files) -> BTreeSet<String> {
    let names = sealed.keys().chain(given.keys());
    names.filter(|it| sealed.get(*it) != given.get(*it)).cloned().collect()
}

proptest! {
    #[test]
    fn whatever_is_sealed_opens_unchanged(files in any_files(), seed: [u8; 32]) {
        let key = SigningKey::from_seed("k", seed).unwrap();
        let package = seal(files.clone(), &key).unwrap();
        prop_assert_eq!(&seal(files.clone(), &key).unwrap(), &package, "sealing is deterministic");
        let opened = open_pinned(package.into_files(), key.verifying_key()).unwrap();
        prop_assert!(files.iter().all(|(file, bytes)| opened.file(file) == Some(bytes)));
        prop_assert_eq!(opened.files().len(), files.len() + 2);
    }

    #[test]
    fn exactly_the_files_that_differ_are_named(files in any_files(), other in any_files()) {
        let sealed = seal(files, &provider()).unwrap().into_files();
        let mut given = other;
        for file in [SEAL_FILE, KEY_FILE] {
            given.insert(file.to_owned(), sealed[file].clone());
        }
        let named = findings(given.clone(), None).iter().map(|it| it.file().to_owned()).collect();
        prop_assert_eq!(oracle(&sealed, &given), named);
    }

    #[test]
    fn one_flipped_bit_anywhere_is_found_in_its_file(files in any_files(), at: prop::sample::Index) {
        let sealed = seal(files, &provider()).unwrap().into_files();
        let places: Vec<_> =
            sealed.iter().flat_map(|(file, bytes)| (0..bytes.len() * 8).map(move |bit| (file, bit))).collect();
        let (file, bit) = at.get(&places);
        let found = findings(flipped(&sealed, file, *bit), None);
        prop_assert!(!found.is_empty() && found.iter().all(|it| it.file() == *file), "{:?}", found);
    }

    #[test]
    fn arbitrary_bytes_never_open(seal_bytes: Vec<u8>, key_bytes: Vec<u8>, name in any::<String>()) {
        let files = Files::from([
            (SEAL_FILE.to_owned(), seal_bytes),
            (KEY_FILE.to_owned(), key_bytes),
            (name, Vec::new()),
        ]);
        prop_assert!(open(files).is_err());
    }
}
