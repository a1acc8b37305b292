//! The figures of the second search of the literature, typed again from the papers by somebody who had not seen the files.

/// File, words that find the paragraph (of a table: the row), and what it has to hold, with the figures as typed again.
const AGAIN: &str = include_str!("../second_round.csv");

#[test]
fn every_new_figure_was_read_twice() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut reader = csv::Reader::from_reader(AGAIN.as_bytes());
    let (mut wrong, mut held) = (Vec::new(), 0);
    for row in reader.records().map(Result::unwrap) {
        let text = std::fs::read_to_string(root.join(&row[0])).unwrap();
        let parts: Vec<&str> =
            if row[0].ends_with(".csv") { text.lines().collect() } else { text.split("\n\n").collect() };
        let joined = |part: &&str| part.split_whitespace().collect::<Vec<_>>().join(" ");
        let here: Vec<String> = parts.iter().map(joined).filter(|p| p.contains(&row[1])).collect();
        assert!(!here.is_empty(), "{} has no paragraph with \"{}\"", &row[0], &row[1]);
        held += 1;
        if !here.iter().any(|p| p.contains(&row[2])) {
            wrong.push(format!("{}: \"{}\" is not in the paragraph with \"{}\"", &row[0], &row[2], &row[1]));
        }
    }
    assert!(wrong.is_empty() && held > 40, "{held} held\n{}", wrong.join("\n"));
}
