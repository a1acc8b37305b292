//! Formulas of derived parameters: `+ - * /`, parentheses, `min`, `max`, `above`, `exp`, checked for units.
//!
//! `above(x, y)` is how far x lies above y, and 0 when it does not: a hinge. A formula names
//! parameters, other formulas, and the subject's `weight` and `age`; bare numbers have no unit.

use crate::error::{Error, Result, suggestion};
use crate::units::{Dim, number};

/// A parsed formula.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A pure number.
    Number(f64),
    /// A parameter, a derived parameter, `weight` or `age`.
    Name(String),
    /// An operation on two formulas.
    Binary(Op, Box<Expr>, Box<Expr>),
    /// e to the power of a pure number.
    Exp(Box<Expr>),
}

/// What a formula can do with two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// x + y
    Add,
    /// x - y
    Subtract,
    /// x * y
    Multiply,
    /// x / y
    Divide,
    /// the smaller
    Min,
    /// the larger
    Max,
    /// how far x lies above y, at least 0
    Above,
}

impl Op {
    /// Its value.
    pub fn of(self, x: f64, y: f64) -> f64 {
        match self {
            Self::Add => x + y,
            Self::Subtract => x - y,
            Self::Multiply => x * y,
            Self::Divide => x / y,
            Self::Min => x.min(y),
            Self::Max => x.max(y),
            Self::Above => (x - y).max(0.0),
        }
    }
}

/// More numbers, names and signs than this are refused: a long chain is a deep tree too.
const LONGEST: usize = 500;
/// Deeper nesting than this is refused before it can exhaust the stack.
const DEEPEST: usize = 40;

impl Expr {
    /// Parses a formula.
    ///
    /// # Errors
    /// When it is not a formula of this grammar.
    pub fn parse(text: &str) -> Result<Self> {
        let tokens = tokens(text)?;
        if tokens.len() > LONGEST {
            return Err(Error::input(format!("the formula has {} parts", tokens.len()))
                .remedy(format!("at most {LONGEST}: name some of them as derived parameters")));
        }
        let mut parser = Parser { text, tokens: &tokens, at: 0, depth: 0 };
        let expr = parser.sum()?;
        match parser.peek() {
            None => Ok(expr),
            Some(token) => Err(parser.unexpected(&token.clone())),
        }
    }

    /// The names it uses, in order, repeats included.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::Number(_) => Vec::new(),
            Self::Name(name) => vec![name],
            Self::Binary(_, x, y) => [x.names(), y.names()].concat(),
            Self::Exp(x) => x.names(),
        }
    }

    /// The bare numbers in it, in order.
    pub fn numbers(&self) -> Vec<f64> {
        match self {
            Self::Number(value) => vec![*value],
            Self::Name(_) => Vec::new(),
            Self::Binary(_, x, y) => [x.numbers(), y.numbers()].concat(),
            Self::Exp(x) => x.numbers(),
        }
    }

    /// Its dimension, given those of the names.
    ///
    /// # Errors
    /// When a name is unknown or unlike quantities are added or compared.
    pub fn dim(&self, of: &dyn Fn(&str) -> Option<Dim>, known: &dyn Fn() -> Vec<String>) -> Result<Dim> {
        match self {
            Self::Number(_) => Ok(Dim::NONE),
            Self::Name(name) => of(name).ok_or_else(|| {
                let known = known();
                Error::input(format!("\"{name}\" is not defined"))
                    .remedy(suggestion(name, known.iter().map(String::as_str)))
            }),
            Self::Binary(op, x, y) => {
                let (dx, dy) = (x.dim(of, known)?, y.dim(of, known)?);
                match op {
                    Op::Multiply => Ok(dx.combine(dy, 1)),
                    Op::Divide => Ok(dx.combine(dy, -1)),
                    _ if dx == dy => Ok(dx),
                    _ => Err(Error::input(format!(
                        "{x} is in {dx}, but {y} is in {dy}: unlike units cannot be {}",
                        op.verb()
                    ))
                    .remedy("add, subtract and compare only like quantities")),
                }
            }
            Self::Exp(x) => match x.dim(of, known)? {
                Dim::NONE => Ok(Dim::NONE),
                dim => Err(Error::input(format!("{x} is in {dim}: only a pure number can be an exponent"))
                    .remedy("make it a pure number, for example a rate times a time")),
            },
        }
    }

    /// The same with a number in the place of a name.
    #[must_use]
    pub fn with(&self, name: &str, value: f64) -> Self {
        let part = |x: &Self| Box::new(x.with(name, value));
        match self {
            Self::Name(own) if own == name => Self::Number(value),
            Self::Binary(op, x, y) => Self::Binary(*op, part(x), part(y)),
            Self::Exp(x) => Self::Exp(part(x)),
            Self::Number(_) | Self::Name(_) => self.clone(),
        }
    }

    /// Its value, given those of the names. Division by zero gives a non-finite number, which the caller refuses.
    pub fn value(&self, of: &dyn Fn(&str) -> f64) -> f64 {
        match self {
            Self::Number(value) => *value,
            Self::Name(name) => of(name),
            Self::Binary(op, x, y) => op.of(x.value(of), y.value(of)),
            Self::Exp(x) => libm::exp(x.value(of)),
        }
    }
}

impl Op {
    fn verb(self) -> &'static str {
        match self {
            Self::Add | Self::Subtract => "added or subtracted",
            _ => "compared",
        }
    }
}

/// Written back as a formula, with parentheses only where they are needed.
impl std::fmt::Display for Expr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rank = |e: &Expr| match e {
            Self::Binary(Op::Add | Op::Subtract, ..) => 1,
            Self::Binary(Op::Multiply | Op::Divide, ..) => 2,
            _ => 3,
        };
        let wrapped = |e: &Expr, least: u8| if rank(e) < least { format!("({e})") } else { e.to_string() };
        match self {
            Self::Number(value) => f.write_str(&number(*value)),
            Self::Name(name) => f.write_str(name),
            Self::Binary(Op::Add, x, y) => write!(f, "{x} + {y}"),
            Self::Binary(Op::Subtract, x, y) => write!(f, "{x} - {}", wrapped(y, 2)),
            Self::Binary(Op::Multiply, x, y) => write!(f, "{} * {}", wrapped(x, 2), wrapped(y, 2)),
            Self::Binary(Op::Divide, x, y) => write!(f, "{} / {}", wrapped(x, 2), wrapped(y, 3)),
            Self::Binary(Op::Min, x, y) => write!(f, "min({x}, {y})"),
            Self::Binary(Op::Max, x, y) => write!(f, "max({x}, {y})"),
            Self::Binary(Op::Above, x, y) => write!(f, "above({x}, {y})"),
            Self::Exp(x) => write!(f, "exp({x})"),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(f64),
    Name(String),
    Sign(char),
}

fn tokens(text: &str) -> Result<Vec<Token>> {
    let chars: Vec<char> = text.chars().collect();
    let (mut list, mut i) = (Vec::new(), 0);
    while i < chars.len() {
        let c = chars[i];
        let run = |start: usize, keep: &dyn Fn(char) -> bool| -> usize {
            (start..chars.len()).find(|&k| !keep(chars[k])).unwrap_or(chars.len())
        };
        if c.is_whitespace() {
            i += 1;
        } else if c.is_ascii_digit() || c == '.' {
            let end = run(i, &|c| c.is_ascii_digit() || c == '.');
            let word: String = chars[i..end].iter().collect();
            let value = word.parse().map_err(|_| {
                Error::input(format!("\"{word}\" in \"{text}\" is not a number")).remedy("write numbers as 0.5 or 12")
            })?;
            list.push(Token::Number(value));
            i = end;
        } else if c.is_ascii_alphabetic() {
            let end = run(i, &|c| c.is_ascii_alphanumeric() || c == '_');
            list.push(Token::Name(chars[i..end].iter().collect()));
            i = end;
        } else if "+-*/(),".contains(c) {
            list.push(Token::Sign(c));
            i += 1;
        } else {
            return Err(Error::input(format!("\"{c}\" cannot stand in a formula (\"{text}\")"))
                .remedy("a formula has names, numbers, + - * / ( ), min(x, y), max(x, y), above(x, y) and exp(x)"));
        }
    }
    Ok(list)
}

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self, sign: char) -> bool {
        let found = self.peek() == Some(&Token::Sign(sign));
        self.at += usize::from(found);
        found
    }

    fn need(&mut self, sign: char) -> Result<()> {
        if self.take(sign) {
            return Ok(());
        }
        Err(Error::input(format!("the formula \"{}\" lacks a \"{sign}\"", self.text))
            .remedy("close what was opened; functions take two values, as in min(x, y)"))
    }

    fn unexpected(&self, token: &Token) -> Error {
        let shown = match token {
            Token::Number(value) => number(*value),
            Token::Name(name) => name.clone(),
            Token::Sign(sign) => sign.to_string(),
        };
        Error::input(format!("\"{shown}\" was not expected there in the formula \"{}\"", self.text))
            .remedy("put + - * or / between two values")
    }

    fn sum(&mut self) -> Result<Expr> {
        let mut left = self.product()?;
        loop {
            let op = match self.peek() {
                Some(Token::Sign('+')) => Op::Add,
                Some(Token::Sign('-')) => Op::Subtract,
                _ => return Ok(left),
            };
            self.at += 1;
            left = Expr::Binary(op, Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Expr> {
        let mut left = self.atom()?;
        loop {
            let op = match self.peek() {
                Some(Token::Sign('*')) => Op::Multiply,
                Some(Token::Sign('/')) => Op::Divide,
                _ => return Ok(left),
            };
            self.at += 1;
            left = Expr::Binary(op, Box::new(left), Box::new(self.atom()?));
        }
    }

    fn atom(&mut self) -> Result<Expr> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Error::input("the formula nests too deeply").remedy("name its parts as derived parameters"));
        }
        let token = self.peek().cloned();
        self.at += 1;
        let expr = match token {
            Some(Token::Number(value)) => Expr::Number(value),
            Some(Token::Name(name)) if self.peek() == Some(&Token::Sign('(')) => self.call(&name)?,
            Some(Token::Name(name)) => Expr::Name(name),
            Some(Token::Sign('(')) => {
                let inner = self.sum()?;
                self.need(')')?;
                inner
            }
            Some(other) => return Err(self.unexpected(&other)),
            None => {
                return Err(Error::input(format!("the formula \"{}\" ends too early", self.text))
                    .remedy("something is missing after the last sign"));
            }
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn call(&mut self, name: &str) -> Result<Expr> {
        if name == "exp" {
            self.need('(')?;
            let inner = self.sum()?;
            self.need(')')?;
            return Ok(Expr::Exp(Box::new(inner)));
        }
        let op = match name {
            "min" => Op::Min,
            "max" => Op::Max,
            "above" => Op::Above,
            _ => {
                return Err(Error::input(format!("there is no function \"{name}\""))
                    .remedy("there is: min(x, y), max(x, y), above(x, y), exp(x)"));
            }
        };
        self.need('(')?;
        let x = self.sum()?;
        self.need(',')?;
        let y = self.sum()?;
        self.need(')')?;
        Ok(Expr::Binary(op, Box::new(x), Box::new(y)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> f64 {
        Expr::parse(text).unwrap().value(&|name| match name {
            "age" => 70.0,
            "hinge" => 60.0,
            _ => 2.0,
        })
    }

    #[test]
    fn follows_the_usual_precedence() {
        assert_eq!(value("1 + 2 * 3"), 7.0);
        assert_eq!(value("(1 + 2) * 3"), 9.0);
        assert_eq!(value("8 / 2 / 2"), 2.0);
        assert_eq!(value("8 - 2 - 2"), 4.0);
        assert_eq!(value("min(3, a) + max(1, a)"), 4.0);
        assert_eq!(value("above(age, hinge)"), 10.0);
        assert_eq!(value("above(hinge, age)"), 0.0);
    }

    #[test]
    fn prints_what_it_means() {
        for text in ["a - (b - c)", "a / (b * c)", "(a + b) * c", "above(a, b) + min(1, c)"] {
            assert_eq!(Expr::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn unlike_units_are_not_added() {
        let of = |name: &str| match name {
            "CL" => Some(Dim::CLEARANCE),
            "V" => Some(Dim::VOLUME),
            _ => None,
        };
        let known = || vec!["CL".to_owned(), "V".to_owned()];
        assert_eq!(Expr::parse("CL / V").unwrap().dim(&of, &known).unwrap(), Dim::RATE);
        assert!(Expr::parse("CL + V").unwrap().dim(&of, &known).unwrap_err().what().contains("unlike units"));
        assert!(Expr::parse("Cl / V").unwrap().dim(&of, &known).unwrap_err().what().contains("not defined"));
    }

    #[test]
    fn deep_and_long_formulas_are_refused() {
        let text = format!("{}1{}", "(".repeat(200), ")".repeat(200));
        assert!(Expr::parse(&text).unwrap_err().what().contains("too deeply"));
        // a chain without parentheses is a tree as deep as it is long
        let text = format!("1{}", " + 1".repeat(200_000));
        assert!(Expr::parse(&text).unwrap_err().what().contains("400001 parts"));
        assert!(Expr::parse("a b").is_err() && Expr::parse("").is_err() && Expr::parse("a $ b").is_err());
    }
}
