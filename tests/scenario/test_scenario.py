"""A scenario file gives settings and faults; where it is wrong, one line says in which line of it and what is legal."""

import json

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from mjsim.core.error import DocumentError, SettingsError
from mjsim.core.mishap import Mishap, Wish
from mjsim.document import Document
from mjsim.option import OPTIONS
from mjsim.scenario import read_scenario
from mjsim.settings import resolve

NAMES = [option.name for option in OPTIONS]

WHOLE = """
# A busy evening.
settings:
  seed: 7
  pace: instant
  rate-limit: 10/60s   # by its name in TOML
  max_jobs: 500        # or in Python
faults:
  - id: busy
    match: {operations: [createImagineJob], nth: first, prompt: 'no|yes'}
    effect:
      response: {status: 503, retry_after: 2}
  - effect:
      webhook: double=3
    probability: 0.5
inbox:
  orders: [500, 500, 200]
"""


@pytest.fixture
def file(tmp_path):
    """Writes a scenario; its path."""

    def write(text, name="evening.yaml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def refusal(path):
    with pytest.raises(SettingsError) as refused:
        resolve({"scenario": str(path)}, {}, None)
    (line,) = str(refused.value).splitlines()
    return line


def test_a_scenario_holds_settings_faults_and_what_inboxes_answer(file):
    settings = resolve({"scenario": str(file(WHOLE))}, {}, None)
    assert (settings.seed, settings.pace, settings.rate_limit, settings.max_jobs) == (7, "instant", "10/60s", 500)
    (busy, written), (double, _) = settings.scenario.faults
    assert (busy.id, busy.match.nth, busy.effect.response.status) == ("busy", 1, 503)
    assert written["match"] == {"operations": ["createImagineJob"], "nth": "first", "prompt": "no|yes"}
    assert (double.probability, double.effect.webhook) == (0.5, (Wish(Mishap.DOUBLE, 3),))
    assert settings.scenario.inbox == {"orders": [500, 500, 200]}


def test_flags_and_variables_come_before_a_scenario_which_comes_before_a_file_of_settings(file):
    scenario = str(file("settings: {pace: instant, plan: basic, max-jobs: 5, seed: 1}"))
    toml = file('pace = "realistic"\nplan = "pro"\nfetch = "any"\nfailure-rate = 0.5', "mjsim.toml")
    settings = resolve({"scenario": scenario, "seed": "9"}, {"MJSIM_MAX_JOBS": "6"}, toml)
    assert (settings.seed, settings.max_jobs, settings.pace, settings.plan) == (9, 6, "instant", "basic")
    assert (settings.fetch, settings.failure_rate) == ("any", 0.5)


def test_a_scenario_is_named_by_a_variable_or_a_file_of_settings_too(file):
    scenario = file("settings: {seed: 5}")
    toml = file(f"scenario = {json.dumps(str(scenario))}", "mjsim.toml")
    assert resolve({}, {"MJSIM_SCENARIO": str(scenario)}, None).seed == 5
    assert resolve({}, {}, toml).seed == 5


def test_json_is_a_scenario_as_well(file):
    assert resolve({"scenario": str(file(json.dumps({"settings": {"seed": 5}})))}, {}, None).seed == 5


def test_yaml_is_of_version_1_2(file):
    scenario = read_scenario(file("inbox: {no: [200], on: [0o310], at: [0200], when: [{body: yes}]}"), NAMES)
    assert scenario.inbox == {"no": [200], "on": [200], "at": [200], "when": [{"body": "yes"}]}


def test_what_is_written_once_can_stand_in_several_places(file):
    text = "faults:\n  - effect: &busy {response: {status: 503}}\n  - {effect: *busy, count: 1}\n"
    assert [fault.effect.response.status for fault, _ in read_scenario(file(text), NAMES).faults] == [503, 503]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("falts: []", 1, "'falts' is not known here (did you mean 'faults'?)."),
        ("\n\nsettings:\n  seed: 7\n  sed: 7", 5, "'sed' is no setting. Did you mean 'seed'?"),
        ("settings: {zzz: 7}", 1, "'zzz' is no setting. There can be host, port"),
        ("settings: {scenario: x}", 1, "'scenario' is no setting."),
        ("settings:\n  seed: -1", 2, "seed has to be a whole number from 0 to"),
        ("settings:\n\n  pace: fast", 3, "pace has to be one of realistic, quick, instant, not 'fast'."),
        ("settings: 5", 1, "settings: has to be an object, not a number."),
        (
            "faults:\n- effect:\n    latncy: 3",
            3,
            "faults.0.effect: 'latncy' is not known here (did you mean 'latency'?)",
        ),
        ("faults:\n- match: {}\n\n- {}", 2, "faults.0.effect: is required."),
        ("faults:\n- effect: {drip: 1}\n-\n  effect: {drip: no}", 4, "faults.1.effect.drip: has to be an integer"),
        ("faults:\n- effect:\n    drip: 3\n    job: fial", 4, "faults.0.effect.job: 'fial' is no directive."),
        ("faults:\n- match:\n    prompt: (\n  effect: {drip: 1}", 3, "faults.0.match.prompt: '(' is no regular"),
        ("faults:\n- effect:\n    patch:\n    - {op: add, path: x}", 3, "faults.0.effect.patch: "),
        ("a: 1\nb: 2\na: 3", 3, "found duplicate key"),
        ("faults: [", 1, ""),
        ("- a", 1, "a scenario has to be a mapping with settings and faults."),
        ("", 1, "a scenario has to be a mapping with settings and faults."),
        ("5: 6", 1, "the key 5 has to be text; write it in quotes."),
        ('inbox:\n  "a\\ud800": 1', 2, r"the key 'a\ud800' holds half of a surrogate pair."),
        ("inbox:\n  a: 2026-01-01", 2, "'2026-01-01' is no text, number or boolean; write text in quotes."),
        ("inbox:\n  a: .inf", 2, "'inf' is no text, number or boolean"),
        ("inbox:\n  a: !!python/object:os.system x", 2, "'x' is no text, number or boolean"),
        ("inbox: {a: " + "[" * 100 + "]" * 100 + "}", 1, "holds too much, or itself."),
        ("inbox: {a: \t&x [*y]}", 1, "found undefined alias 'y'"),
        ("inbox:\n  orders:\n    - 200\n    - .inf\n    - 500", 4, "'inf' is no text, number or boolean"),
        ("inbox:\n  orders: !ours [200]", 2, "the tag '!ours' means nothing here."),
    ],
)
def test_what_is_wrong_is_told_with_file_line_and_what_is_legal(file, text, line, says):
    told = refusal(file(text))
    assert f"evening.yaml, line {line}: {says}" in told


def test_values_are_those_of_json():
    value = Document("a: [true, 1, 1.5, x, 'true', null]", "it").value
    assert json.dumps(value) == '{"a": [true, 1, 1.5, "x", "true", null]}'


def test_what_grows_without_end_is_refused(file):
    layers = "".join(f"  l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 9))
    assert refusal(file(f"inbox:\n  l0: &l0 [x, x, x, x, x, x, x, x, x]\n{layers}")).endswith(
        "holds too much, or itself."
    )
    assert refusal(file("a: " + "[" * 100_000)).endswith("is nested too deeply.")
    assert "at most 1048576 are read" in refusal(file("#" * (1 << 20) + "\n"))
    assert "at most 1048576 are read" in refusal(file("#" + "ü" * (1 << 19) + "\n"))


@pytest.mark.parametrize("value", ["2001-99-99", "!!int x", "!!float x"])
def test_a_value_that_is_none_of_its_kind_is_refused(file, value):
    assert refusal(file(f"inbox: {value}")).startswith("scenario ")


@pytest.mark.parametrize("data", [b"\xff\xfe\xfa", b"a: \x00", b"a: \x07"])
def test_bytes_that_are_no_text_are_refused(file, data):
    assert refusal(file(data)).startswith("scenario ")


def test_a_file_that_is_not_there_is_named(tmp_path):
    missing = refusal(tmp_path / "none.yaml")
    assert missing.startswith("--scenario has to be a file that can be read (No such file or directory), not ")
    assert "(Is a directory)" in refusal(tmp_path)


def test_an_empty_name_is_refused():
    with pytest.raises(SettingsError, match="--scenario has to be the path of a file"):
        resolve({"scenario": " "}, {}, None)


@profile(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.text(max_size=40) | st.lists(st.sampled_from(list("ab:-{}[]&*!|>\n\t '\"#%@,?0.")), max_size=30).map("".join))
def test_any_text_is_a_scenario_or_refused_in_one_line(file, text):
    path = file(text.encode("utf-8", "surrogatepass"))
    try:
        read_scenario(path, NAMES)
    except DocumentError as refused:
        told = str(refused)
    else:
        told = "understood"
    assert len(told.splitlines()) == 1
