"""Renders every template of this folder with Jinja itself and writes what it gives to expected.json.

    pip install jinja2 && python render.py
"""

import json
import pathlib

from jinja2 import nodes
from jinja2.exceptions import TemplateError
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment

HERE = pathlib.Path(__file__).parent
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}


class Generation(Extension):
    """{% generation %}: its text as it is."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.Scope(body).set_lineno(line)


def say(*turns):
    return [{"role": role, "content": content} for role, content in turns]


CONVERSATIONS = {
    "question": say(("user", "Who are you?")),
    "answer": say(("user", "  Who are you?\n"), ("assistant", " A model.\n ")),
    "system": say(("system", "Be terse. "), ("user", "Hi"), ("assistant", "Hello"), ("user", "Bye 😀 {{ x }}")),
    "thought": say(("user", "2+2"), ("assistant", "<think>\nadd\n</think>\n\n4"), ("user", "3+3"), ("assistant", "6")),
    "reasoned": say(("user", "2+2"), ("assistant", "<think>\nadd\n</think>\n\n4")),
    "twice": say(("user", "a"), ("user", "b")),
    "empty": say(("user", ""), ("assistant", "")),
}


def raise_exception(message):
    raise TemplateError(message)


def tojson(value, indent=None):
    return json.dumps(value, ensure_ascii=False, indent=indent)


def main():
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, "jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = tojson
    environment.globals["raise_exception"] = raise_exception
    cases = []
    for path in sorted(HERE.glob("*.jinja")):
        template = environment.from_string(path.read_text())
        for name, messages in CONVERSATIONS.items():
            prompt = messages[-1]["role"] != "assistant"
            case = {"template": path.stem, "conversation": name, "messages": messages}
            try:
                case["rendered"] = template.render(
                    messages=messages, tools=None, documents=None, add_generation_prompt=prompt, **TOKENS
                )
            except TemplateError as error:
                case["raises"] = str(error)
            cases.append(case)
    (HERE / "expected.json").write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n")


main()
