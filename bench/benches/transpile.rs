//! Benchmarks of transpiling, from JSON to a Dockerfile: the examples, plans of each shape and size, and single phases.

#[path = "../src/plans.rs"]
mod plans;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use railpack2docker::{Compilation, Options, transpile};

use plans::{SHAPES, shape};

fn examples(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("example");
    for name in ["static-caddy", "node-private-registry", "monorepo"] {
        let path = format!("{}/../examples/{name}/plan.json", env!("CARGO_MANIFEST_DIR"));
        let json = fs_err::read_to_string(path).expect("an example has a plan");
        let options = Options::default();
        group.bench_function(name, |bencher| bencher.iter(|| transpile(black_box(&json), &options)));
    }
    group.finish();
}

fn shapes(criterion: &mut Criterion) {
    for shape in SHAPES {
        let mut group = criterion.benchmark_group(shape.name);
        group.sampling_mode(SamplingMode::Flat).sample_size(10);
        group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(500));
        for steps in [10, 100, 1_000, 10_000, 100_000].into_iter().filter(|steps| *steps <= shape.largest) {
            let json = (shape.plan)(steps).to_string();
            let options = Options::default();
            assert!(transpile(&json, &options).is_ok(), "{} {steps}", shape.name);
            group.throughput(Throughput::Elements(steps as u64));
            group.bench_function(BenchmarkId::from_parameter(steps), |bencher| {
                bencher.iter(|| transpile(black_box(&json), &options));
            });
        }
        group.finish();
    }
}

/// Measures each phase with the plan that the environment variable `PLAN` names, if any, with a large application, and
/// with a thousand steps of some shapes.
fn each_phase(criterion: &mut Criterion) {
    let given = std::env::var("PLAN").ok().map(|path| {
        let json = fs_err::read_to_string(&path).expect("`PLAN` names a file, from `bench` on");
        (path, json)
    });
    let made = [("application", 9), ("chain", 1_000), ("inputs", 1_000), ("environment", 1_000)];
    let made = made.map(|(name, steps)| {
        let shape = shape(name).expect("a shape of this name");
        (format!("{name} {steps}"), (shape.plan)(steps).to_string())
    });
    for (name, json) in given.into_iter().chain(made) {
        let options = Options::default();
        let compilation = Compilation::parse(&json, false).expect("a plan");
        let lowered = compilation.lower(&options).expect("instructions");
        let rendered = lowered.render().expect("text");
        let mut group = criterion.benchmark_group(format!("phases of {name}"));
        group.sample_size(20);
        group.bench_function("parse", |bencher| bencher.iter(|| Compilation::parse(black_box(&json), false)));
        group.bench_function("lower", |bencher| bencher.iter(|| black_box(&compilation).lower(&options)));
        group.bench_function("render", |bencher| bencher.iter(|| black_box(&lowered).render()));
        group.bench_function("check", |bencher| {
            bencher.iter(|| black_box(&compilation).findings(&lowered, &rendered));
        });
        group.finish();
    }
}

criterion_group!(benches, examples, each_phase, shapes);
criterion_main!(benches);
