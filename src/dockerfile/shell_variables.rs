//! The values of variables, as words of a script.

use std::fmt;

use super::is_bare_name;
use super::spelling::Inexpressible;

/// The columns of a line that words may fill. The rest is for the text before and after them.
const WIDTH: usize = 80;

/// Words `"$NAME"`, on as many lines as they need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ShellVariables(Vec<String>);

impl ShellVariables {
    /// The values of the variables with these names.
    ///
    /// # Errors
    /// A name that a shell can't expand.
    pub(crate) fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, Inexpressible> {
        let word = |name: &str| {
            if is_bare_name(name) {
                Ok(format!("\"${name}\""))
            } else {
                Err(Inexpressible::Malformed("a shell variable"))
            }
        };
        names.into_iter().map(word).collect::<Result<_, _>>().map(Self)
    }

    /// The words on one line.
    pub(crate) fn words(&self) -> String {
        self.0.join(" ")
    }
}

impl fmt::Display for ShellVariables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut column = 0;
        for word in &self.0 {
            let is_first = column == 0;
            if column + word.len() > WIDTH && !is_first {
                f.write_str(" \\\n        ")?;
                column = 0;
            } else if !is_first {
                f.write_str(" ")?;
            }
            f.write_str(word)?;
            column += word.len() + 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_and_folded() {
        let spelled = |names: &[&str]| ShellVariables::new(names.iter().copied()).map(|words| words.to_string());
        assert_eq!(spelled(&["A", "_b"]).unwrap(), r#""$A" "$_b""#);
        let long = "N".repeat(60);
        assert_eq!(spelled(&[&long, &long, "A"]).unwrap(), format!("\"${long}\" \\\n        \"${long}\" \"$A\""));
        for name in ["", "a-b", "$(x)"] {
            assert!(spelled(&["A", name]).is_err(), "{name}");
        }
    }

    #[test]
    fn words_stay_the_same_on_one_line() {
        let names: Vec<String> = (0..50).map(|number| format!("SECRET_{number}")).collect();
        let words = ShellVariables::new(names.iter().map(String::as_str)).unwrap();
        let spelled = words.to_string();
        assert!(spelled.lines().all(|line| line.len() <= WIDTH + 10), "{spelled}");
        let unfolded = spelled.replace("\\\n", " ");
        assert_eq!(unfolded.split_whitespace().collect::<Vec<_>>().join(" "), words.words());
    }
}
