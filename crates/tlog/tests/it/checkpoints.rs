//! Checkpoint texts.

use lethe_tlog::{Checkpoint, CheckpointError, Hash, empty_root};

const ROOT: &str = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

#[test]
fn the_example_of_the_specification_is_read_and_written() {
    let text = format!("example.com/behind-the-sofa\n20852163\n{ROOT}\n");
    let checkpoint: Checkpoint = text.parse().unwrap();
    assert_eq!(checkpoint.origin(), "example.com/behind-the-sofa");
    assert_eq!(checkpoint.size(), 20_852_163);
    assert_eq!(checkpoint.root().to_base64(), ROOT);
    assert!(checkpoint.extensions().is_empty());
    assert_eq!(checkpoint.to_string(), text);
}

#[test]
fn an_empty_tree_has_size_0() {
    let checkpoint = Checkpoint::new("example.com/log", 0, empty_root()).unwrap();
    assert_eq!(
        checkpoint.to_string(),
        "example.com/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    );
    assert_eq!(checkpoint.to_string().parse(), Ok(checkpoint));
}

#[test]
fn extension_lines_are_kept_but_must_not_be_empty() {
    let text = format!("any origin + words\n1\n{ROOT}\nfirst\n second \n");
    let checkpoint: Checkpoint = text.parse().unwrap();
    assert_eq!(checkpoint.extensions(), ["first", " second "]);
    assert_eq!(checkpoint.to_string(), text);
    let parse = |extensions: &str| format!("o\n1\n{ROOT}\n{extensions}").parse::<Checkpoint>();
    assert_eq!(parse("\n"), Err(CheckpointError::EmptyExtension));
    assert_eq!(
        parse("first\n\nsecond\n"),
        Err(CheckpointError::EmptyExtension)
    );
}

#[test]
fn other_texts_are_refused() {
    let long_root = format!("{ROOT}AAAA");
    let refused = [
        ("", CheckpointError::NotLines),
        ("o", CheckpointError::NotLines),
        ("\n", CheckpointError::Size),
        ("o\n", CheckpointError::Size),
        ("o\n1\n", CheckpointError::Root),
        (&format!("o\n1\n{ROOT}"), CheckpointError::NotLines),
        (&format!("\n1\n{ROOT}\n"), CheckpointError::Origin),
        (&format!("o\n\n{ROOT}\n"), CheckpointError::Size),
        (&format!("o\n01\n{ROOT}\n"), CheckpointError::Size),
        (&format!("o\n00\n{ROOT}\n"), CheckpointError::Size),
        (&format!("o\n+1\n{ROOT}\n"), CheckpointError::Size),
        (&format!("o\n-1\n{ROOT}\n"), CheckpointError::Size),
        (&format!("o\n 1\n{ROOT}\n"), CheckpointError::Size),
        (&format!("o\n1e3\n{ROOT}\n"), CheckpointError::Size),
        (
            &format!("o\n18446744073709551616\n{ROOT}\n"),
            CheckpointError::Size,
        ),
        (&format!("o\n1\n{}\n", &ROOT[..43]), CheckpointError::Root),
        (&format!("o\n1\n{ROOT} \n"), CheckpointError::Root),
        (&format!("o\n1\n{long_root}\n"), CheckpointError::Root),
        (
            &format!("o\n1\n{}\n", ROOT.replace("2I=", "2J=")),
            CheckpointError::Root,
        ),
        (&format!("o\r\n1\r\n{ROOT}\r\n"), CheckpointError::NotLines),
    ];
    for (text, error) in refused {
        assert_eq!(text.parse::<Checkpoint>(), Err(error), "{text:?}");
    }
}

#[test]
fn an_origin_is_one_line() {
    let root = Hash::from_bytes([0; 32]);
    for origin in ["", "two\nlines", "tab\there"] {
        assert_eq!(
            Checkpoint::new(origin, 1, root),
            Err(CheckpointError::Origin),
            "{origin:?}"
        );
    }
}
