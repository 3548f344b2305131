//! Text in GitHub's Markdown.

/// A value as code: nothing in it is Markdown, HTML, a mention or a link. A value with a pipe, which would end
/// the cell of a table, or with a backtick is written as HTML.
pub(crate) fn code(value: &str) -> String {
    let is_blank = value.trim_matches(' ').is_empty();
    if !is_blank && !value.contains(['|', '`']) {
        return format!("`{value}`");
    }
    let mut html = "<code>".to_owned();
    for c in value.chars() {
        if c.is_alphanumeric() {
            html.push(c);
        } else {
            html.push_str(&format!("&#{};", u32::from(c)));
        }
        // breaks an address, which would be a link
        if c == '@' {
            html.push_str("<!-- -->");
        }
    }
    html.push_str("</code>");
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_value_is_code() {
        for (value, spelled) in [
            ("npm ci", "`npm ci`"),
            ("<b> @user **x** [a](b)", "`<b> @user **x** [a](b)`"),
            ("a|b", "<code>a&#124;b</code>"),
            ("a@b.c|", "<code>a&#64;<!-- -->b&#46;c&#124;</code>"),
            ("`x`", "<code>&#96;x&#96;</code>"),
            (" ", "<code>&#32;</code>"),
            ("", "<code></code>"),
        ] {
            assert_eq!(code(value), spelled);
        }
    }
}
