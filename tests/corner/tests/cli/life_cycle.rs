//! Every shape of value through its whole life: created, planned again, changed, drifted.

use plinth_golden::{Cli, at};
use serde_json::Value as Json;

use crate::{corner, drift, under};

const BEFORE: &str = r#"
resource "corner_number" "n" {
  name   = "n"
  float = 0.1
  whole = -9223372036854775808
  port  = 65535
  floats = [1180591620717411303424, 1e308, 0.1, 1.7976931348623157e308]
  exact = 9007199254740993
  list  = [18446744073709551615, 1e308, 1.5, 0.1234567890123456789012345]
  set   = [123456789012345678901234567890, 2, 2.0]
  map   = { tiny = 1e-300, half = 0.5 }
}

resource "corner_dynamic" "text" {
  name  = "text"
  value = "some text"
}

resource "corner_dynamic" "object" {
  name  = "object"
  value = { a = 1, b = [true, "x"], c = null }
}

resource "corner_dynamic" "nothing" {
  name = "nothing"
}

resource "corner_nested" "n" {
  name = "n"
  set = [
    { key = "a" },
    { key = "b", value = "x", weight = 3 },
    { key = "c", value = "y", note = "mine", tags = ["one", "two"] },
  ]
  list = [{ key = "a", note = "mine" }, { key = "b" }]
  map  = { one = { key = "a" }, two = { key = "b", value = "z" } }
  single = {
    children = {
      x = { leaves = [{ number = 1 }, { number = 2, protocol = "udp" }] }
      y = {}
    }
  }
}

resource "corner_nested" "empty" {
  name   = "empty"
  set    = []
  list   = []
  map    = {}
  single = { enabled = false }
  given  = { number = 1 }
}

resource "corner_text" "t" {
  name   = "t"
  word   = "  Hello "
  list   = ["One", "TWO "]
  set    = ["Three", "four"]
  map    = { k = "FIVE" }
  nested = [{ word = "Six " }, { word = "seven", size = 2 }]
}

resource "corner_volatile" "v" {
  name  = "v"
  label = "first"
}

resource "corner_kept" "k" {
  name  = "k"
  label = "first"
}

resource "corner_planned" "p" {
  name = "p"
  whom = "world"
}

resource "corner_planned" "chained" {
  name = "chained"
  whom = corner_volatile.v.born_as
}

resource "corner_once" "o" {
  name  = "o"
  seed  = "seed"
  label = "first"
}

resource "corner_replace" "top" {
  name = "top"
}

resource "corner_replace" "parts" {
  name  = "parts"
  list  = [{ colour = "red", kind = "a" }]
  map   = { m = { colour = "red", kind = "a" } }
}

resource "corner_replace" "set" {
  name  = "set"
  set   = [{ kind = "a" }, { kind = "b" }]
}

resource "corner_thing" "t" {
  name = "t"
}

resource "corner_item" "i" {
  name   = "item"
  labels = { a = "b" }
}

resource "corner_bag" "b" {
  name  = "bag"
  items = [{ key = "a" }, { key = "b", value = "y", weight = 1 }]
}

data "corner_object" "o" {
  kind = "once"
  name = corner_once.o.name
}

output "greeting" {
  value = corner_planned.p.greeting
}
"#;

/// What is changed: old text and new.
const CHANGES: &[(&str, &str)] = &[
    ("exact = 9007199254740993", "exact = 9007199254740995"),
    ("float = 0.1", "float = 1e308"),
    ("value = \"some text\"", "value = [1, 2]"),
    ("c = null", "c = { deep = [] }"),
    (
        "{ key = \"a\" },\n    { key = \"b\", value = \"x\", weight = 3 }",
        "{ key = \"b\", weight = 3 },\n    { key = \"d\" }",
    ),
    ("one = { key = \"a\" }", "three = { key = \"a\" }"),
    ("{ number = 1 }, ", ""),
    ("word   = \"  Hello \"", "word   = \"HELLO\""),
    ("\"TWO \"", "\"three\""),
    ("label = \"first\"", "label = \"second\""),
    ("whom = \"world\"", "whom = \"you\""),
    ("name = \"top\"", "name = \"top\"\n  size = \"big\""),
    (
        "list  = [{ colour = \"red\", kind = \"a\" }]",
        "list  = [{ colour = \"blue\", kind = \"a\" }]",
    ),
    (
        "m = { colour = \"red\", kind = \"a\" }",
        "m = { colour = \"red\", kind = \"b\" }",
    ),
    ("{ kind = \"b\" }", "{ kind = \"b\", count = 2 }"),
    ("name   = \"item\"", "name   = \"other\""),
    (
        "{ key = \"b\", value = \"y\", weight = 1 }",
        "{ key = \"b\", weight = 1 }",
    ),
];

fn every_shape_lives(cli: Cli) {
    let project = corner(cli);
    project.write("main.tf", BEFORE);
    project.apply().succeeded();
    let state = project.state();

    let n = state.values("corner_number.n");
    assert_eq!(at(n, "/float"), "0.1");
    assert_eq!(at(n, "/whole"), "-9223372036854775808");
    assert_eq!(at(n, "/exact"), "9007199254740993");
    assert_eq!(at(n, "/echo"), "9007199254740993");
    assert_eq!(at(n, "/list/0"), "18446744073709551615");
    assert!(is_number(&n["list"][1], "1e308"));
    assert_eq!(at(n, "/list/3"), "0.1234567890123456789012345");
    assert_eq!(at(n, "/set"), "[2,123456789012345678901234567890]");
    assert!(is_number(&n["map"]["tiny"], "1e-300"));

    let object = state.values("corner_dynamic.object");
    assert_eq!(at(object, "/value"), r#"{"a":1,"b":[true,"x"],"c":null}"#);
    assert_eq!(at(object, "/echo"), at(object, "/value"));
    assert_eq!(
        at(state.values("corner_dynamic.text"), "/echo"),
        "\"some text\""
    );
    assert_eq!(at(state.values("corner_dynamic.nothing"), "/echo"), "null");

    let nested = state.values("corner_nested.n");
    assert_eq!(
        at(nested, "/set/0"),
        r#"{"key":"a","note":"note of a","tags":null,"value":"x","weight":null}"#
    );
    assert_eq!(at(nested, "/set/2/note"), "\"mine\"");
    assert_eq!(at(nested, "/list/0/note"), "\"mine\"");
    assert_eq!(at(nested, "/list/1/note"), "\"note of b\"");
    assert_eq!(at(nested, "/map/two/value"), "\"z\"");
    assert_eq!(at(nested, "/single/enabled"), "true");
    assert_eq!(at(nested, "/single/children/x/count"), "2");
    assert_eq!(
        at(nested, "/single/children/x/leaves"),
        r#"[{"number":1,"protocol":"tcp"},{"number":2,"protocol":"udp"}]"#
    );
    assert_eq!(at(nested, "/given"), r#"{"number":7,"protocol":"udp"}"#);
    let empty = state.values("corner_nested.empty");
    assert_eq!(
        (at(empty, "/set"), at(empty, "/map")),
        ("[]".to_owned(), "{}".to_owned())
    );
    assert_eq!(at(empty, "/given"), r#"{"number":1,"protocol":"tcp"}"#);

    let text = state.values("corner_text.t");
    assert_eq!(at(text, "/word"), "\"  Hello \"");
    assert_eq!(at(text, "/list"), r#"["One","TWO "]"#);
    assert_eq!(at(text, "/set"), r#"["Three","four"]"#);
    assert_eq!(at(text, "/map/k"), "\"FIVE\"");
    assert_eq!(
        at(text, "/nested"),
        r#"[{"size":1,"word":"Six "},{"size":2,"word":"seven"}]"#
    );

    assert_eq!(
        at(state.values("corner_planned.chained"), "/greeting"),
        "\"Hello, first!\""
    );
    assert_eq!(at(state.values("data.corner_object.o"), "/exists"), "true");
    let stored = state.values("data.corner_object.o")["json"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(stored, r#"{"label":"first","name":"o","seed":"seed"}"#);
    project.plan_is_empty();

    change(&project);
    project.plan().has_changes();
    planned_as_it_should(&project.planned());
    project
        .run(&["apply", "-input=false", "-no-color", "plan.out"])
        .succeeded();
    let state = project.state();
    let n = state.values("corner_number.n");
    assert_eq!(at(n, "/echo"), "9007199254740995");
    assert!(is_number(&n["float_echo"], "1e308"));
    assert_eq!(at(state.values("corner_dynamic.text"), "/echo"), "[1,2]");
    assert_eq!(
        at(state.values("corner_dynamic.object"), "/echo/c"),
        r#"{"deep":[]}"#
    );
    let nested = state.values("corner_nested.n");
    assert_eq!(at(nested, "/set/2/note"), "\"note of d\"");
    assert_eq!(at(nested, "/map/three/note"), "\"note of a\"");
    let text = state.values("corner_text.t");
    assert_eq!(
        at(text, "/word"),
        "\"  Hello \"",
        "the meaning is the same, so is the text"
    );
    assert_eq!(at(text, "/list"), r#"["One","three"]"#);
    assert_eq!(at(state.values("corner_volatile.v"), "/writes"), "2");
    assert_eq!(
        at(state.values("corner_volatile.v"), "/born_as"),
        "\"first\""
    );
    let kept = state.values("corner_kept.k");
    assert_eq!(
        (at(kept, "/before"), at(kept, "/seen")),
        ("\"first\"".into(), "\"plan\"".into())
    );
    assert_eq!(at(state.values("corner_replace.top"), "/id"), "\"top-big\"");
    assert_eq!(at(state.values("corner_item.i"), "/id"), "\"item\"");
    assert_eq!(at(state.values("corner_bag.b"), "/items/1/value"), "\"x\"");
    project.plan_is_empty();

    drifts(&project);
    project.destroy();
    assert_eq!(
        std::fs::read_dir(project.remote()).unwrap().count(),
        0,
        "all objects are gone"
    );
}
under!(Terraform, Tofu, TerraformNext: every_shape_lives);

fn is_number(json: &Json, text: &str) -> bool {
    json.to_string().parse::<f64>() == text.parse::<f64>()
}

fn change(project: &plinth_golden::Project) {
    let mut changed = BEFORE.to_owned();
    for (from, to) in CHANGES {
        assert!(changed.contains(from), "no {from}");
        changed = changed.replace(from, to);
    }
    project.write("main.tf", &changed);
}

fn actions(plan: &Json, address: &str) -> String {
    let changes = plan["resource_changes"].as_array().unwrap();
    let change = changes.iter().find(|change| change["address"] == address);
    at(
        change.unwrap_or_else(|| panic!("no {address}")),
        "/change/actions",
    )
}

fn planned_as_it_should(plan: &Json) {
    for (address, expected) in [
        ("corner_number.n", r#"["update"]"#),
        ("corner_dynamic.text", r#"["update"]"#),
        ("corner_dynamic.nothing", r#"["no-op"]"#),
        ("corner_nested.n", r#"["update"]"#),
        ("corner_nested.empty", r#"["no-op"]"#),
        ("corner_planned.p", r#"["update"]"#),
        ("corner_planned.chained", r#"["no-op"]"#),
        ("corner_replace.top", r#"["delete","create"]"#),
        ("corner_replace.parts", r#"["delete","create"]"#),
        ("corner_replace.set", r#"["delete","create"]"#),
        ("corner_item.i", r#"["update"]"#),
        ("corner_thing.t", r#"["no-op"]"#),
    ] {
        assert_eq!(actions(plan, address), expected, "{address}");
    }
    let planned = &plan["output_changes"]["greeting"]["after"];
    assert_eq!(planned, "Hello, you!", "the plan knows it already");
}

/// What changes behind Terraform's back is in the plan; what only looks different is not.
fn drifts(project: &plinth_golden::Project) {
    drift(project, "text-t", "\"one\"", "\" ONE\"");
    drift(project, "number-n", "65535", "65535.0");
    project.plan_is_empty();
    drift(project, "once-o", "\"second\"", "\"third\"");
    std::fs::remove_file(project.remote().join("planned-p.json")).unwrap();
    project.plan().has_changes();
    let plan = project.planned();
    assert_eq!(actions(&plan, "corner_once.o"), r#"["update"]"#);
    assert_eq!(actions(&plan, "corner_planned.p"), r#"["create"]"#);
    assert_eq!(actions(&plan, "corner_text.t"), r#"["no-op"]"#);
    project.apply().succeeded();
    project.plan_is_empty();
}
