//! Prints a plan: `generate-plan SHAPE STEPS`.

mod plans;

use std::io::{self, Write};
use std::process::ExitCode;

use plans::{SHAPES, shape};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let shape = arguments.next().and_then(|name| shape(&name));
    let steps = arguments.next().and_then(|steps| steps.parse().ok());
    let done = if let (Some(shape), Some(steps)) = (shape, steps) {
        io::stdout().write_all((shape.plan)(steps).to_string().as_bytes())
    } else {
        let shapes = SHAPES.map(|shape| format!("\n  {}, up to {} steps", shape.name, shape.largest)).concat();
        Err(io::Error::other(format!("generate-plan SHAPE STEPS\nShapes:{shapes}")))
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // a failure to write the message can't be reported
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}
