//! The output of the command, on standard output and standard error, case by case.

#[test]
fn output_matches_the_cases() {
    trycmd::TestCases::new()
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .env("CLICOLOR_FORCE", "0")
        .case("tests/cli/cases/*.trycmd");
}
