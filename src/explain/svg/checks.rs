//! Invariants of every picture, tested on random scenes.

use super::layout::{Scene, SceneEdge, Size};
use super::routes::{Frame, Placement, place};

/// A random scene, deterministic for each seed. Boxes have edges from some of the earlier ones.
fn random(seed: u64) -> Scene {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut below = |limit: u32| {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        u32::try_from(state % u64::from(limit)).unwrap()
    };
    let count = 1 + below(45);
    let max_inputs = 1 + below(4);
    let mut scene = Scene::default();
    for to in 0..count {
        let size = Size { width: f64::from(60 + below(250)), height: f64::from(30 + below(120)) };
        scene.boxes.push(size);
        let inputs = if to == 0 { 0 } else { below(max_inputs + 1) };
        for _ in 0..inputs {
            let from = usize::try_from(below(to)).unwrap();
            let to = usize::try_from(to).unwrap();
            let label = Size { width: f64::from(30 + below(180)), height: f64::from(18 + 14 * below(3)) };
            let label = Some(label).filter(|_| below(3) > 0);
            if !scene.edges.iter().any(|line| (line.from, line.to) == (from, to)) {
                scene.edges.push(SceneEdge { from, to, label });
            }
        }
    }
    scene
}

type Segment = ((f64, f64), (f64, f64));

fn segments(path: &[(f64, f64)]) -> Vec<Segment> {
    path.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

/// The straight segments of an edge, and the first and the last segment of each curve. The segments in the middle of
/// curves are skipped: those of different curves can be collinear without looking like one line.
fn legs(path: &[(f64, f64)]) -> Vec<Segment> {
    segments(path).into_iter().enumerate().filter(|(at, _)| at % 4 != 2).map(|(_, segment)| segment).collect()
}

/// The length by which two intervals overlap. A negative value is their distance.
fn overlap((a, b): (f64, f64), (c, d): (f64, f64)) -> f64 {
    a.max(b).min(c.max(d)) - a.min(b).max(c.min(d))
}

fn overlap_of((start, end): Segment, frame: &Frame) -> (f64, f64) {
    (
        overlap((start.0, end.0), (frame.left, frame.left + frame.size.width)),
        overlap((start.1, end.1), (frame.top, frame.top + frame.size.height)),
    )
}

/// The faults of a scene's placement.
fn faults(scene: &Scene, placement: &Placement) -> Vec<String> {
    let mut faults = Vec::new();
    let boxes = placement.boxes.iter().enumerate().map(|(at, frame)| (format!("box {at}"), *frame));
    let labels = placement.labels.iter().enumerate().filter_map(|(at, frame)| Some((format!("label {at}"), (*frame)?)));
    let frames: Vec<(String, Frame)> = boxes.chain(labels).collect();
    for (at, (name, frame)) in frames.iter().enumerate() {
        let corner = (frame.left + frame.size.width, frame.top + frame.size.height);
        if frame.left < -0.1
            || frame.top < -0.1
            || corner.0 > placement.size.width + 0.1
            || corner.1 > placement.size.height + 0.1
        {
            faults.push(format!("{name} sticks out"));
        }
        for (other_name, other) in &frames[..at] {
            let (x, y) = overlap_of(((frame.left, frame.top), corner), other);
            if x > 0.1 && y > 0.1 {
                faults.push(format!("{name} overlaps {other_name}"));
            }
        }
    }
    for (edge, (path, line)) in placement.paths.iter().zip(&scene.edges).enumerate() {
        let own = [format!("box {}", line.from), format!("box {}", line.to), format!("label {edge}")];
        for segment in segments(path) {
            if (segment.0.0 - segment.1.0).abs() > 0.01 && (segment.0.1 - segment.1.1).abs() > 0.01 {
                faults.push(format!("edge {edge} is diagonal"));
            }
            for (name, frame) in &frames {
                let (x, y) = overlap_of(segment, frame);
                if x > 0.1 && y > -2.0 && !own.contains(name) || y > 0.1 && x > -2.0 && !own.contains(name) {
                    faults.push(format!("edge {edge} touches {name}"));
                }
                if own[..2].contains(name) && x > 0.1 && y > 0.1 {
                    faults.push(format!("edge {edge} enters {name}"));
                }
            }
        }
        for (other, other_path) in placement.paths.iter().enumerate().take(edge) {
            for (one, two) in legs(path).iter().flat_map(|one| legs(other_path).into_iter().map(|two| (*one, two))) {
                let x = overlap((one.0.0, one.1.0), (two.0.0, two.1.0));
                let y = overlap((one.0.1, one.1.1), (two.0.1, two.1.1));
                // crossings are fine: neither overlap is positive
                if x > -2.0 && y > 1.0 && is_vertical(one) && is_vertical(two)
                    || y > -2.0 && x > 1.0 && !is_vertical(one) && !is_vertical(two)
                {
                    faults.push(format!("edges {other} and {edge} are collinear"));
                }
            }
        }
    }
    faults
}

fn is_vertical(segment: Segment) -> bool {
    (segment.0.0 - segment.1.0).abs() < 0.01
}

#[test]
fn boxes_labels_and_edges_do_not_overlap() {
    for seed in 0..100 {
        let scene = random(seed);
        assert_eq!(faults(&scene, &place(&scene)), [""; 0], "seed {seed}");
    }
}

#[test]
fn placement_is_deterministic() {
    for seed in 0..40 {
        assert_eq!(place(&random(seed)), place(&random(seed)));
    }
}
