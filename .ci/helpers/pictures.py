"""Checks drawings of builds in a browser: pictures.py BINARY WORK MERMAID PLAN...

Headless Chromium or Chrome shows the pictures that `railpack2docker explain` draws of each plan, of one
with forty steps and of one with hostile names, with and without marks. A picture must be well-formed XML,
each text must be inside its frame, no two frames may overlap, and no edge may cross a frame. Mermaid must
draw the flowcharts, and each label must show its text. MERMAID is the path of `mermaid.min.js`.

Afterwards WORK contains each picture as SVG and PNG, those with marks in dark mode."""

import html
import json
import pathlib
import re
import shutil
import subprocess
import sys

BROWSER = shutil.which("chromium") or "google-chrome"
BUILDER = "ghcr.io/railwayapp/railpack-builder:mise-2026.8.6"
RUNTIME = "ghcr.io/railwayapp/railpack-runtime:mise-2026.8.6"

MEASURE = """
const found = [];
const say = (name, text) => found.push(name + ': ' + text);
for (const [name, text] of Object.entries(pictures)) {
  const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
  if (parsed.querySelector('parsererror')) { say(name, 'not well-formed: ' + parsed.querySelector('parsererror').textContent.slice(0, 300)); continue; }
  const svg = document.body.appendChild(document.importNode(parsed.documentElement, true));
  const whole = svg.viewBox.baseVal;
  const within = (inner, outer, slack) => inner.x >= outer.x - slack && inner.y >= outer.y - slack
    && inner.x + inner.width <= outer.x + outer.width + slack && inner.y + inner.height <= outer.y + outer.height + slack;
  const meet = (a, b) => a.x < b.x + b.width - .2 && b.x < a.x + a.width - .2 && a.y < b.y + b.height - .2 && b.y < a.y + a.height - .2;
  for (const text of svg.querySelectorAll('text')) {
    const box = text.getBBox(), frame = text.parentNode.querySelector(':scope > .frame');
    if (!within(box, frame && frame.parentNode !== svg ? frame.getBBox() : whole, .5)) say(name, 'a text is outside its frame: ' + text.textContent);
  }
  const frames = [...svg.querySelectorAll('.frame')].map((frame) => frame.getBBox());
  frames.forEach((frame, at) => {
    if (!within(frame, whole, 0)) say(name, 'a frame is outside the picture');
    if (frames.slice(0, at).some((other) => meet(frame, other))) say(name, 'two frames overlap');
  });
  const labels = [...svg.querySelectorAll('.label > .frame')].map((frame) => JSON.stringify(frame.getBBox()));
  const boxes = [...svg.querySelectorAll('g:not(.label) > .frame')].map((frame) => frame.getBBox());
  for (const edge of svg.querySelectorAll('path.edge:not(.head)')) {
    const length = edge.getTotalLength();
    for (let at = 0; at <= length; at += 2) {
      const point = edge.getPointAtLength(at);
      const hit = boxes.some((box) => point.x > box.x + 1 && point.x < box.x + box.width - 1 && point.y > box.y + 1 && point.y < box.y + box.height - 1);
      if (hit) { say(name, 'an edge crosses a box'); break; }
    }
  }
  svg.remove();
}
"""

FLOWCHARTS = """
const found = [];
mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' });
const draw = async () => {
  for (const [name, text] of Object.entries(flowcharts)) {
    try {
      const place = document.body.appendChild(document.createElement('div'));
      place.innerHTML = (await mermaid.render('drawn' + found.length + Object.keys(flowcharts).indexOf(name), text)).svg;
      const shown = [...place.querySelectorAll('span.nodeLabel, span.edgeLabel')].map((label) => label.innerText.replace(/\\s+/g, ' ').trim());
      for (const label of labels[name]) if (!shown.includes(label)) found.push(name + ': no label ' + JSON.stringify(label) + ' in ' + JSON.stringify(shown));
      if (place.querySelector('a, img, script, i, em, strong, code')) found.push(name + ': a label has become markup');
    } catch (error) { found.push(name + ': ' + error); }
  }
};
"""


def forty_steps():
    """Many services with a common base and a step that collects them, long names, caches and secrets."""
    mise = [{"path": "/mise/shims"}, {"cmd": "mise install", "customName": "install mise packages: node, python, rust"}]
    apt = {"cmd": "sh -c 'apt-get update && apt-get install -y build-essential libpq-dev libvips-dev'"}
    steps = [
        {"name": "packages:mise", "inputs": [{"image": BUILDER}], "commands": mise},
        {"name": "packages:apt:build", "inputs": [{"image": BUILDER}], "commands": [apt], "caches": ["apt", "apt-lists"]},
        {
            "name": "install",
            "inputs": [
                {"step": "packages:mise"},
                {"step": "packages:apt:build", "include": ["/usr/lib", "/usr/include", "/usr/share/pkgconfig", "/etc/x"]},
            ],
            "commands": [
                {"src": "package.json", "dest": "package.json"},
                {"src": "package-lock.json", "dest": "package-lock.json"},
                {"cmd": "npm ci"},
            ],
            "caches": ["npm"],
            "secrets": ["NPM_TOKEN"],
        },
    ]
    for at in range(16):
        name = f"build:service-{at:02}" if at % 5 else f"build:a-service-with-a-name-that-nobody-would-choose-{at:02}"
        inputs = [
            {"step": "install"},
            {"local": True, "include": [f"services/{at:02}", "packages/shared", "tsconfig.json"][: 1 + at % 3]},
        ]
        if at and at % 4 == 0:
            inputs.append({"step": steps[-2]["name"], "include": ["dist"]})
        build = {"cmd": f"npm run build --workspace services/{at:02} -- --minify --sourcemap --target es2022"}
        steps.append({
            "name": name, "inputs": inputs, "commands": [build], "caches": ["turbo"] * (at % 2),
            "secrets": ["*"] if at % 6 == 1 else [],
        })
        steps.append({"name": f"test:service-{at:02}", "inputs": [{"step": name}], "commands": [{"cmd": "npm test"}]})
    steps += [
        {
            "name": "assets",
            "inputs": [{"image": "node:22-bookworm-slim"}, {"local": True, "include": ["."], "exclude": ["services"]}],
            "commands": [{"cmd": "npm run assets"}],
            "secrets": ["CDN_KEY"],
        },
        {"name": "docs", "inputs": [{"step": "install"}, {"local": True, "include": ["docs"]}], "commands": ["make docs"]},
        {
            "name": "gather",
            "inputs": [{"step": "install"}]
            + [{"step": f"test:service-{at:02}", "include": [f"services/{at:02}/dist"]} for at in range(16)]
            + [{"step": "assets", "include": ["public"]}],
            "commands": [{"cmd": "npm prune --omit=dev"}, {"cmd": "make", "customName": "drop source maps"}],
        },
        {"name": "packages:apt:runtime", "inputs": [{"image": RUNTIME}], "commands": [apt]},
        {"name": "lint", "inputs": [{"step": "packages:mise"}], "commands": [{"cmd": "npm run lint"}]},
    ]
    assert len(steps) == 40
    return {
        "steps": steps,
        "caches": {name: {"directory": f"/{name}"} for name in ["npm", "apt", "apt-lists", "turbo"]},
        "secrets": ["NPM_TOKEN", "CDN_KEY"],
        "deploy": {
            "base": {"step": "packages:apt:runtime"},
            "inputs": [{"step": "packages:mise", "include": ["/mise/shims"]}, {"step": "gather", "include": ["."]}],
            "startCommand": "node services/00/dist/server.js",
        },
    }


NASTY = [
    '"]; click n0 "javascript:alert(1)"', "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "%%{init: {}}%%",
    "a\nclick n0 callback", "`**bold** _em_`", "1. one", "- x", "#quot;", "&lt;b&gt;", "\x1b[2J", "left\u202eright", "fa:fa-home",
    "end", "$$x^2$$", "a|b\\", "{{x}} [y] (z)", "@{ shape: x }", "http://example.com/x", "漢字とかな", "مرحبا", "n\u0301", "W" * 60,
]


def nasty():
    """A step for each text that a drawing could interpret as markup."""
    steps = [
        {
            "name": name,
            "inputs": [{"image": "x"}, {"local": True, "include": ["p" + re.sub(r"[\x00-\x1f]", "", name)]}],
            "commands": [{"cmd": "make", "customName": name}],
        }
        for name in NASTY
    ]
    inputs = [{"step": name, "include": ["/" + name.replace("\n", "")]} for name in NASTY]
    return {"steps": steps, "deploy": {"base": {"image": "x"}, "inputs": inputs, "startCommand": NASTY[1]}}


def explain(binary, plan, *arguments):
    made = subprocess.run([binary, "explain", plan, *arguments], capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"{plan}: {made.stderr}")
    return made.stdout


def labels_of(flowchart):
    """The text that each label of a flowchart should show, unescaped."""
    texts = [re.sub(r"#(\d+);", lambda match: chr(int(match[1])), text) for text in re.findall(r'"([^"]*)"', flowchart)]
    return [re.sub(r"\s+", " ", text.replace("<br/>", " ")).strip() for text in texts]


def browser(*arguments):
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300).stdout


def run_page(page, script, sources=()):
    """Runs a script in a page, and returns its findings."""
    tags = "".join(f'<script src="{source.resolve().as_uri()}"></script>' for source in sources)
    done = "document.body.innerHTML = ''; document.body.textContent = 'found' + JSON.stringify(found) + 'end';"
    page.write_text(f"<!doctype html><meta charset=utf-8><body>{tags}<script>(async () => {{{script}\n{done}}})();</script>")
    shown = browser("--allow-file-access-from-files", "--virtual-time-budget=120000", "--dump-dom", page.resolve().as_uri())
    match = re.search(r"<body>found(.*)end</body>", shown, re.S)
    return json.loads(html.unescape(match[1])) if match else [f"{page}: the browser did not finish it"]


def literal(value):
    return json.dumps(value).replace("<", "\\u003c")


def main():
    binary, work, mermaid, *plans = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    work.mkdir(parents=True, exist_ok=True)
    named = {plan.parent.name: plan for plan in plans}
    for name, plan in [("forty-steps", forty_steps()), ("nasty", nasty())]:
        named[name] = work / f"{name}.json"
        named[name].write_text(json.dumps(plan))
    pictures, flowcharts = {}, {}
    for name, plan in named.items():
        pictures[name] = explain(binary, plan, "--format", "svg")
        flowcharts[name] = explain(binary, plan, "--format", "mermaid")
        secrets = json.loads(plan.read_text()).get("secrets", [])
        change = ["--secret", secrets[0]] if secrets else ["--if-changed", "package.json"]
        pictures[f"{name}-again"] = explain(binary, plan, "--format", "svg", *change)
        # as in dark mode
        pictures[f"{name}-again"] = pictures[f"{name}-again"].replace("(prefers-color-scheme:dark)", "all")
        flowcharts[f"{name}-again"] = explain(binary, plan, "--format", "mermaid", *change)
    found = run_page(work / "measure.html", f"const pictures = {literal(pictures)};{MEASURE}")
    labels = {name: labels_of(text) for name, text in flowcharts.items()}
    script = f"const flowcharts = {literal(flowcharts)}, labels = {literal(labels)};{FLOWCHARTS}await draw();"
    found += run_page(work / "flowcharts.html", script, [mermaid])
    for name, text in pictures.items():
        (work / f"{name}.svg").write_text(text)
        width, height = re.search(r'width="(\d+)" height="(\d+)"', text).groups()
        browser(f"--window-size={width},{height}", f"--screenshot={work / name}.png", (work / f"{name}.svg").as_uri())
    for finding in found:
        print(finding)
    print(f"{len(pictures)} pictures and {len(flowcharts)} flowcharts drawn, {len(found)} findings")
    return 1 if found or not plans else 0


if __name__ == "__main__":
    sys.exit(main())
