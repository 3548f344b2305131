//! What holds for every picture, seen on many scenes.

use super::layout::{Line, Scene, Size};
use super::routes::{Frame, Plan, best};

/// A scene at random, the same for the same seed: boxes that take from some of those in front of them.
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
    let most = 1 + below(4);
    let mut scene = Scene::default();
    for to in 0..count {
        let size = Size { width: f64::from(60 + below(250)), height: f64::from(30 + below(120)) };
        scene.boxes.push(size);
        // some take nothing
        let takes = if to == 0 { 0 } else { below(most + 1) };
        for _ in 0..takes {
            let from = usize::try_from(below(to)).unwrap();
            let to = usize::try_from(to).unwrap();
            let label = Size { width: f64::from(30 + below(180)), height: f64::from(18 + 14 * below(3)) };
            let label = Some(label).filter(|_| below(3) > 0);
            if !scene.edges.iter().any(|line| (line.from, line.to) == (from, to)) {
                scene.edges.push(Line { from, to, label });
            }
        }
    }
    scene
}

type Segment = ((f64, f64), (f64, f64));

fn segments(way: &[(f64, f64)]) -> Vec<Segment> {
    way.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

/// The segments that an edge runs along, or in which a curve of it begins or ends. Curves that begin or end
/// in other places are not in one line, though each has a segment in the middle of where they all are.
fn legs(way: &[(f64, f64)]) -> Vec<Segment> {
    segments(way).into_iter().enumerate().filter(|(at, _)| at % 4 != 2).map(|(_, segment)| segment).collect()
}

/// How far two stretches overlap; less than nothing is their distance.
fn overlap((a, b): (f64, f64), (c, d): (f64, f64)) -> f64 {
    a.max(b).min(c.max(d)) - a.min(b).max(c.min(d))
}

fn overlap_of((start, end): Segment, frame: &Frame) -> (f64, f64) {
    (
        overlap((start.0, end.0), (frame.left, frame.left + frame.size.width)),
        overlap((start.1, end.1), (frame.top, frame.top + frame.size.height)),
    )
}

/// What is wrong with a plan of a scene.
fn faults(scene: &Scene, plan: &Plan) -> Vec<String> {
    let mut faults = Vec::new();
    let boxes = plan.boxes.iter().enumerate().map(|(at, frame)| (format!("box {at}"), *frame));
    let labels = plan.labels.iter().enumerate().filter_map(|(at, frame)| Some((format!("label {at}"), (*frame)?)));
    let frames: Vec<(String, Frame)> = boxes.chain(labels).collect();
    for (at, (name, frame)) in frames.iter().enumerate() {
        let corner = (frame.left + frame.size.width, frame.top + frame.size.height);
        if frame.left < -0.1
            || frame.top < -0.1
            || corner.0 > plan.size.width + 0.1
            || corner.1 > plan.size.height + 0.1
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
    for (edge, (way, line)) in plan.ways.iter().zip(&scene.edges).enumerate() {
        let own = [format!("box {}", line.from), format!("box {}", line.to), format!("label {edge}")];
        for segment in segments(way) {
            if (segment.0.0 - segment.1.0).abs() > 0.01 && (segment.0.1 - segment.1.1).abs() > 0.01 {
                faults.push(format!("edge {edge} leans"));
            }
            for (name, frame) in &frames {
                let (x, y) = overlap_of(segment, frame);
                if x > 0.1 && y > -2.0 && !own.contains(name) || y > 0.1 && x > -2.0 && !own.contains(name) {
                    faults.push(format!("edge {edge} touches {name}"));
                }
                if own[..2].contains(name) && x > 0.1 && y > 0.1 {
                    faults.push(format!("edge {edge} goes into {name}"));
                }
            }
        }
        for (other, other_way) in plan.ways.iter().enumerate().take(edge) {
            for (one, two) in legs(way).iter().flat_map(|one| legs(other_way).into_iter().map(|two| (*one, two))) {
                let x = overlap((one.0.0, one.1.0), (two.0.0, two.1.0));
                let y = overlap((one.0.1, one.1.1), (two.0.1, two.1.1));
                // they cross where both overlaps are nothing
                if x > -2.0 && y > 1.0 && is_upright(one) && is_upright(two)
                    || y > -2.0 && x > 1.0 && !is_upright(one) && !is_upright(two)
                {
                    faults.push(format!("edges {other} and {edge} run in one line"));
                }
            }
        }
    }
    faults
}

fn is_upright(segment: Segment) -> bool {
    (segment.0.0 - segment.1.0).abs() < 0.01
}

#[test]
fn nothing_overlaps_and_no_edge_runs_through_a_box_or_in_the_line_of_another() {
    for seed in 0..100 {
        let scene = random(seed);
        assert_eq!(faults(&scene, &best(&scene)), [""; 0], "seed {seed}");
    }
}

#[test]
fn the_same_scene_has_the_same_plan() {
    for seed in 0..40 {
        assert_eq!(best(&random(seed)), best(&random(seed)));
    }
}
