//! Changes a plan and keeps it valid JSON, so that fuzzing reaches the code after the JSON parser.

use serde_json::{Map, Value};

/// Changes some values of a plan. In one of eight cases, and if the data is not JSON, changes bytes instead.
pub fn plan(
    data: &mut [u8],
    size: usize,
    max_size: usize,
    seed: u32,
    bytes: fn(&mut [u8], usize, usize) -> usize,
) -> usize {
    let read = serde_json::from_slice::<Value>(data.get(..size).unwrap_or_default());
    let (Ok(mut plan), false) = (read, seed.is_multiple_of(8)) else { return bytes(data, size, max_size) };
    some(&mut plan, seed, bytes);
    let text = plan.to_string();
    if text.len() > max_size {
        return bytes(data, size, max_size);
    }
    data[..text.len()].copy_from_slice(text.as_bytes());
    text.len()
}

/// Changes some values of a plan.
pub fn some(plan: &mut Value, seed: u32, bytes: fn(&mut [u8], usize, usize) -> usize) {
    let mut random = Random(u64::from(seed));
    for _ in 0..=random.below(3) {
        let all = plan.clone();
        let at = random.below(count(plan));
        change(plan, at, &all, &mut random, bytes);
    }
}

/// A small random number generator (splitmix).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed >> 33) as usize % limit.max(1)
    }
}

fn children(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(members) => members.values().collect(),
        _ => Vec::new(),
    }
}

fn count(value: &Value) -> usize {
    1 + children(value).into_iter().map(count).sum::<usize>()
}

fn nth(value: &Value, mut at: usize) -> Option<&Value> {
    if at == 0 {
        return Some(value);
    }
    at -= 1;
    for child in children(value) {
        let size = count(child);
        if at < size {
            return nth(child, at);
        }
        at -= size;
    }
    None
}

fn change(
    value: &mut Value,
    mut at: usize,
    all: &Value,
    random: &mut Random,
    bytes: fn(&mut [u8], usize, usize) -> usize,
) {
    if at == 0 {
        return change_here(value, all, random, bytes);
    }
    at -= 1;
    let children: Vec<&mut Value> = match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(members) => members.values_mut().collect(),
        _ => Vec::new(),
    };
    for child in children {
        let size = count(child);
        if at < size {
            return change(child, at, all, random, bytes);
        }
        at -= size;
    }
}

const KEYS: [&str; 36] = [
    "steps", "caches", "secrets", "deploy", "exclude", "variables", "env", "name", "inputs", "commands", "assets", "image", "step",
    "local", "include", "base", "startCommand", "paths", "directory", "type", "cmd", "customName", "path", "mode",
    "src", "dest", "PATH", "NPM_TOKEN", "A", "$schema", "packages", "plan", "railpackVersion", "spread", "Name", "x",
];

const TEXTS: [&str; 30] = [
    ".", "/", "/app", "*", "\n", "\r", "\0", "\u{202e}", "\u{1b}[2J", "\u{9b}", "EOF", "<<EOF", "'", "\"", "\\", "$x", "${", " ",
    "#", "sh -c 'a'", "a b", "é", "...", "$a", "RUN:x", "COPY:a b", "[", "!", "=", "--x",
];

fn change_here(value: &mut Value, all: &Value, random: &mut Random, bytes: fn(&mut [u8], usize, usize) -> usize) {
    let elsewhere = || Value::from(TEXTS[0]);
    match (random.below(8), &mut *value) {
        (0, _) => *value = nth(all, random.below(count(all))).cloned().unwrap_or_else(elsewhere),
        (1, _) => {
            let plain = [Value::Null, Value::from(true), Value::from(493), Value::from(""), Value::Object(Map::new())];
            *value = plain[random.below(plain.len())].clone();
        }
        (2 | 3, Value::String(text)) => {
            let piece = TEXTS[random.below(TEXTS.len())];
            let at = text.char_indices().map(|(at, _)| at).nth(random.below(text.chars().count())).unwrap_or_default();
            text.insert_str(at, piece);
        }
        (4, Value::String(text)) => *text = TEXTS[random.below(TEXTS.len())].repeat(1 + random.below(300)),
        (_, Value::String(text)) => {
            let mut buffer = text.clone().into_bytes();
            let size = buffer.len();
            buffer.resize(size + 64, 0);
            let changed = bytes(&mut buffer, size, size + 64);
            *text = String::from_utf8_lossy(buffer.get(..changed).unwrap_or_default()).into_owned();
        }
        (2 | 3, Value::Array(items)) if !items.is_empty() => {
            let (one, other) = (random.below(items.len()), random.below(items.len()));
            items.swap(one, other);
        }
        (4, Value::Array(items)) if !items.is_empty() => drop(items.remove(random.below(items.len()))),
        (_, Value::Array(items)) => items.push(nth(all, random.below(count(all))).cloned().unwrap_or_else(elsewhere)),
        (2, Value::Object(members)) if !members.is_empty() => {
            let key = members.keys().nth(random.below(members.len())).cloned().unwrap_or_default();
            members.remove(&key);
        }
        (_, Value::Object(members)) => {
            let copy = nth(all, random.below(count(all))).cloned().unwrap_or_else(elsewhere);
            members.insert(KEYS[random.below(KEYS.len())].to_owned(), copy);
        }
        _ => *value = Value::from(random.below(1 << 33)),
    }
}
