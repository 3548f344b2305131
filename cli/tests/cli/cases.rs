//! What the command prints, standard output and standard error, case by case.

#[test]
fn cases() {
    trycmd::TestCases::new()
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .env("CLICOLOR_FORCE", "0")
        .case("tests/cli/cases/*.trycmd");
}
