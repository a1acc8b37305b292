//! Files of `src` must not import each other in a circle: what two files need lies in a third one below both.
//!
//! An import is a path of code that begins with `crate`, `super`, `self`, a child module or an imported name. It is followed
//! through re-exports to the file that defines the item. A file may use what the modules above it define or hand on.

use std::collections::{BTreeMap, BTreeSet};

/// Circles that are still there. A circle may be taken out of this list or become smaller, and none may be added.
const REMAINING: &[&[&str]] = &[];

/// Path of a module from the crate's root.
type Module = Vec<String>;
/// Path as code writes it, with the name by which the code knows it.
type Import = (String, Vec<String>);

#[derive(Default)]
struct Crate {
    /// File of each module.
    files: BTreeMap<Module, String>,
    /// What each module imports, by name.
    imports: BTreeMap<Module, Vec<Import>>,
    /// Other paths in the code of each module.
    paths: BTreeMap<Module, Vec<Vec<String>>>,
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Module of a source file; none for the binary, which is a crate of its own.
fn module_of(file: &str) -> Option<Module> {
    let path = file.strip_prefix("src/")?.strip_suffix(".rs")?;
    let path = path.strip_suffix("/mod").unwrap_or(path);
    match path {
        "main" => None,
        "lib" => Some(Vec::new()),
        _ => Some(path.split('/').map(str::to_owned).collect()),
    }
}

/// The paths of a `use` without `use` and `;`: `a::{b, c as d}` is `a::b` and `a::c`, the latter known as `d`.
fn imports_of(tree: &str, before: &[String]) -> Vec<Import> {
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in tree.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        match c {
            ',' if depth == 0 => parts.push(String::new()),
            c => parts.last_mut().unwrap().push(c),
        }
    }
    let mut list = Vec::new();
    for part in parts.iter().map(|p| p.trim()).filter(|p| !p.is_empty()) {
        let (head, inner) = part.split_once('{').map_or((part, None), |(head, rest)| (head, rest.rsplit_once('}')));
        let (head, alias) = head.split_once(" as ").map_or((head, None), |(head, alias)| (head, Some(alias)));
        let names = head.split("::").map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned);
        let mut path: Vec<String> = before.iter().cloned().chain(names).collect();
        if let Some((inner, _)) = inner {
            list.extend(imports_of(inner, &path));
            continue;
        }
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let name = alias.map_or_else(|| path.last().unwrap().clone(), |alias| alias.trim().to_owned());
        list.push((name, path));
    }
    list
}

/// Splits code into its imports and the other paths that it names.
fn read(code: &str) -> (Vec<Import>, Vec<Vec<String>>) {
    let (mut imports, mut rest) = (Vec::new(), String::new());
    let mut open: Option<String> = None;
    for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
        let begins = line.trim_start();
        let after_pub = begins.strip_prefix("pub").map_or(begins, |rest| {
            rest.strip_prefix('(').and_then(|r| r.split_once(')')).map_or(rest, |(_, r)| r).trim_start()
        });
        match (&mut open, after_pub.strip_prefix("use ")) {
            (Some(text), _) => text.push_str(line),
            (None, Some(text)) => open = Some(text.to_owned()),
            (None, None) => rest.push_str(&format!("{line}\n")),
        }
        if let Some((text, _)) = open.as_ref().and_then(|text| text.split_once(';')) {
            imports.extend(imports_of(text, &[]));
            open = None;
        }
    }
    let words = rest.split(|c| !is_letter(c) && c != ':').filter(|word| word.contains("::"));
    let paths = words.map(|word| word.split("::").map(str::to_owned).collect()).collect();
    (imports, paths)
}

impl Crate {
    fn new(sources: &[(String, String)]) -> Self {
        let mut it = Self::default();
        for (file, text) in sources {
            let Some(module) = module_of(file) else { continue };
            let (imports, paths) = read(text);
            it.files.insert(module.clone(), file.clone());
            it.imports.insert(module.clone(), imports);
            it.paths.insert(module, paths);
        }
        it
    }

    /// The module that defines what `path` names in the code of `module`; none for another crate's.
    fn defined_in(&self, module: &Module, path: &[String], depth: usize) -> Option<Module> {
        let (mut here, mut rest) = (module.clone(), path);
        let above = |other: &Module| other.len() < module.len() && module.starts_with(other);
        match path.first()?.as_str() {
            "crate" => (here, rest) = (Vec::new(), &path[1..]),
            "self" => rest = &path[1..],
            "super" => {
                here.pop();
                rest = &path[1..];
            }
            first => {
                let known = self.child(&here, first).is_some() || self.import(&here, first).is_some();
                if !known {
                    return None;
                }
            }
        }
        while let Some((name, after)) = rest.split_first() {
            if name == "super" {
                here.pop();
            } else if let Some(child) = self.child(&here, name) {
                here = child;
            } else if let Some(import) = self.import(&here, name).filter(|_| depth < 8 && !above(&here)) {
                let whole: Vec<String> = import.iter().chain(after).cloned().collect();
                return self.defined_in(&here, &whole, depth + 1);
            } else {
                break;
            }
            rest = after;
        }
        Some(here)
    }

    fn child(&self, module: &Module, name: &str) -> Option<Module> {
        let child: Module = module.iter().cloned().chain([name.to_owned()]).collect();
        self.files.contains_key(&child).then_some(child)
    }

    fn import(&self, module: &Module, name: &str) -> Option<&Vec<String>> {
        let own = |(known, path): &&Import| known == name && path[0] != name;
        self.imports[module].iter().find(own).map(|(_, path)| path)
    }

    /// Files that each file imports.
    fn arrows(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut arrows: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (module, file) in &self.files {
            let named = self.imports[module].iter().map(|(_, path)| path).chain(&self.paths[module]);
            let targets = named.filter_map(|path| self.defined_in(module, path, 0));
            let beside = targets.filter(|target| !module.starts_with(target));
            arrows.insert(file, beside.map(|target| self.files[&target].as_str()).collect());
        }
        arrows
    }

    /// Files that reach each other, a list for each circle.
    fn circles(&self) -> Vec<Vec<&str>> {
        let arrows = self.arrows();
        let all: BTreeMap<&str, BTreeSet<&str>> = arrows.keys().map(|file| (*file, reached(&arrows, file))).collect();
        let mutual =
            |file: &str| -> Vec<&str> { all[file].iter().copied().filter(|other| all[other].contains(file)).collect() };
        let circles: BTreeSet<Vec<&str>> = all.keys().map(|file| mutual(file)).filter(|c| c.len() > 1).collect();
        circles.into_iter().collect()
    }
}

/// Files to which the arrows lead from a file.
fn reached<'a>(arrows: &BTreeMap<&'a str, BTreeSet<&'a str>>, from: &str) -> BTreeSet<&'a str> {
    let (mut seen, mut open): (BTreeSet<&str>, Vec<&str>) = (BTreeSet::new(), arrows[from].iter().copied().collect());
    while let Some(file) = open.pop() {
        if seen.insert(file) {
            open.extend(&arrows[file]);
        }
    }
    seen
}

#[test]
fn the_reader_of_imports_follows_them_to_their_file() {
    let text = |file: &str, code: &str| (file.to_owned(), code.to_owned());
    let house = [
        text("src/lib.rs", "pub mod a;\npub mod b;\npub use b::Thing;\n"),
        text("src/a/mod.rs", "mod inner;\nuse crate::b::{self, Thing as Other};\n// crate::c::Nothing\n"),
        text("src/a/inner.rs", "use super::Other;\nfn f() { super::helper(); crate::b::g(); std::mem::drop(1) }\n"),
        text("src/b.rs", "fn g() { crate::a::inner::f() }\n"),
        text("src/c.rs", "use crate::{\n    a::Other,\n};\n"),
    ];
    let it = Crate::new(&house);
    let arrows = it.arrows();
    assert_eq!(arrows["src/a/mod.rs"].iter().copied().collect::<Vec<_>>(), ["src/b.rs"]);
    assert_eq!(arrows["src/a/inner.rs"].iter().copied().collect::<Vec<_>>(), ["src/b.rs"]);
    assert_eq!(arrows["src/c.rs"].iter().copied().collect::<Vec<_>>(), ["src/b.rs"]);
    assert_eq!(it.circles(), [["src/a/inner.rs", "src/b.rs"]]);
}

#[test]
fn files_do_not_import_each_other_in_a_circle() {
    let sources = super::sources();
    let it = Crate::new(&sources);
    assert!(it.arrows().values().map(BTreeSet::len).sum::<usize>() > 300, "hardly any import was read");
    let circles = it.circles();
    for circle in &circles {
        let listed = REMAINING.iter().any(|listed| circle.iter().all(|file| listed.contains(file)));
        assert!(listed, "these files import each other: {circle:?}");
    }
    for listed in REMAINING {
        let there = circles.iter().any(|circle| circle.iter().all(|file| listed.contains(file)));
        assert!(there, "{listed:?} is a circle no more: take it out of the list");
    }
}
