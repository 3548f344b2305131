"""The examples: what each of them answers, and what its builds must do."""
