#!/usr/bin/env python3
"""The command's man page and its completions for bash, zsh and fish, made from what the command says of itself.

    pages.py WINNOW FOLDER    asks WINNOW for its help and writes FOLDER/share/man/man1/winnow.1 and the shells' files
"""

import dataclasses
import datetime
import os
import pathlib
import re
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
# Values that a shell completes as paths.
PATHS = {"FILE": "files", "DIR": "directories"}
PATH_POSITIONALS = {"FLOW"}


@dataclasses.dataclass
class Entry:
    """An option, a positional or a subcommand: its names, the word for its value, and a sentence."""

    names: list[str]
    value: str
    text: str


@dataclasses.dataclass
class Help:
    """What `winnow [VERB] --help` says."""

    summary: str
    sections: dict[str, list[Entry]]
    footer: str

    def of(self, section):
        return self.sections.get(section, [])


def ask(winnow, *words):
    return subprocess.run([winnow, *words, "--help"], check=True, capture_output=True, text=True).stdout


def entry(head, text):
    """`-q,--quiet`, `--config FILE` and `FLOW (required)`: the names, then perhaps a value's word."""
    names, *rest = head.split()
    value = rest[0] if rest and not rest[0].startswith("(") else ""
    return Entry(names.split(","), value, text)


def read(text):
    """A summary, a usage line, titled sections of two columns, and sentences between and behind them."""
    lines = text.rstrip().splitlines()
    sections, footer, title = {}, [], None
    for line in lines[2:]:
        if match := re.fullmatch(r"(\w[\w ]*):", line):
            title = match[1]
            sections[title] = []
        elif not line.strip():
            pass
        elif title and (match := re.fullmatch(r"  (\S.*?)  +(\S.*)", line)):
            sections[title].append(entry(match[1], match[2]))
        elif title and (match := re.fullmatch(r"  (\S.*)", line)):
            sections[title].append(entry(match[1], ""))  # its sentence stands on the next line
        elif title and (match := re.fullmatch(r" {20,}(\S.*)", line)):
            last = sections[title][-1]
            last.text = f"{last.text} {match[1]}".strip()
        else:
            footer.append(line)
    return Help(lines[0], sections, " ".join(footer))


def tasks():
    return sorted(path.stem for path in (REPOSITORY / "manifests").glob("*.yaml"))


# --- the man page

def troff(text):
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + escaped if escaped.startswith((".", "'")) else escaped


def man_entries(entries):
    for each in entries:
        names = ", ".join(f"\\fB{troff(name)}\\fR" for name in each.names)
        yield f".TP\n{names}" + (f" \\fI{troff(each.value)}\\fR" if each.value and each.value not in ("TEXT",) else "")
        yield troff(each.text)


def man(top, verbs, version, date):
    yield f'.TH WINNOW 1 "{date}" "winnow {version}" "User commands"'
    yield ".SH NAME\nwinnow \\- " + troff(top.summary.removeprefix("winnow ").rstrip("."))
    yield ".SH SYNOPSIS\n.B winnow\n[\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]"
    yield ".SH DESCRIPTION\n" + troff(top.footer)
    yield ".SH COMMANDS"
    for name, verb in verbs.items():
        words = "".join(f" \\fI{troff(positional.names[0])}\\fR" for positional in verb.of("Arguments"))
        yield f".SS \\fBwinnow {name}\\fR{words}\n{troff(verb.summary)}."
        yield from man_entries(verb.of("Arguments") + verb.of("Options"))
    yield ".SH OPTIONS\nAll commands take them."
    yield from man_entries(top.of("Options of every command"))
    yield ".SH ENVIRONMENT"
    yield from man_entries(top.of("Environment"))
    yield ".SH TASKS\n" + troff(", ".join(tasks())) + ".\n\\fBwinnow describe\\fR prints the parameters of one."
    yield ".SH FILES\n.I /etc/winnow/winnow.yaml\n.br\n.I /usr/share/winnow/manifests"
    yield ".SH SEE ALSO\nThe documents in /usr/share/doc/winnow."


# --- completions

def words_of(entries):
    return [name for each in entries for name in each.names]


def bash(top, verbs):
    files = "|".join(name for option in words_with_values(top, verbs, "files") for name in option.names)
    folders = "|".join(name for option in words_with_values(top, verbs, "directories") for name in option.names)
    yield "# bash completion of winnow; made by packaging/command/pages.py\n_winnow() {"
    yield '  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} verb= each'
    yield f'  for each in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do case $each in {"|".join(verbs)}) verb=$each; break ;; esac; done'
    yield '  case $before in'
    yield f'    {files}) COMPREPLY=($(compgen -f -- "$word")); return ;;'
    yield f'    {folders}) COMPREPLY=($(compgen -d -- "$word")); return ;;'
    yield '  esac\n  local words="' + " ".join(words_of(top.of("Options of every command"))) + '"\n  case $verb in'
    yield f"    '') words+=' {' '.join(verbs)}' ;;"
    for name, verb in verbs.items():
        extra = words_of(verb.of("Options"))
        positionals = [positional.names[0] for positional in verb.of("Arguments")]
        if "TASK" in positionals:
            extra += tasks()
        line = f'words+=" {" ".join(extra)}"' if extra else ":"
        if PATH_POSITIONALS.intersection(positionals):
            line += '; [[ $word == -* ]] || { COMPREPLY=($(compgen -f -- "$word")); return; }'
        yield f"    {name}) {line} ;;"
    yield '  esac\n  COMPREPLY=($(compgen -W "$words" -- "$word"))\n}\ncomplete -o filenames -F _winnow winnow'


def words_with_values(top, verbs, kind):
    every = top.of("Options of every command") + [option for verb in verbs.values() for option in verb.of("Options")]
    return [option for option in every if PATHS.get(option.value) == kind]


def zsh_quoted(text):
    return text.replace("'", "'\\''").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")


def zsh_options(entries):
    actions = {"files": "_files", "directories": "_files -/"}
    for option in entries:
        for name in option.names:
            value = f":{option.value}:{actions.get(PATHS.get(option.value), '')}" if option.value else ""
            yield f"'{name}[{zsh_quoted(option.text)}]{value}'"


def zsh(top, verbs):
    yield "#compdef winnow\n# made by packaging/command/pages.py\n_winnow() {\n  local context state line\n  local -a everywhere=("
    for option in zsh_options(top.of("Options of every command")):
        yield f"    {option}"
    yield "  )\n  _arguments -C $everywhere '1:command:->command' '*::argument:->argument'\n  case $state in\n    command)\n      local -a commands=("
    for name, verb in verbs.items():
        yield f"        '{name}:{zsh_quoted(verb.summary)}'"
    yield "      )\n      _describe command commands ;;\n    argument)\n      case $line[1] in"
    for name, verb in verbs.items():
        positionals = [positional.names[0] for positional in verb.of("Arguments")]
        parts = list(zsh_options(verb.of("Options")))
        if "TASK" in positionals:
            parts.append(f"'1:task:({' '.join(tasks())})'")
        elif PATH_POSITIONALS.intersection(positionals):
            parts.append("'1:flow:_files'")
        yield f"        {name}) _arguments {' '.join(['$everywhere', *parts])} ;;"
    yield "      esac ;;\n  esac\n}\n_winnow \"$@\""


def fish_quoted(text):
    return text.replace("\\", "\\\\").replace("'", "\\'")


def fish_options(entries, condition=""):
    for option in entries:
        names = " ".join(("-l " + name[2:]) if name.startswith("--") else ("-s " + name[1:]) for name in option.names)
        value = {"files": " -r -F", "directories": " -x -a '(__fish_complete_directories)'"}.get(PATHS.get(option.value), " -x" if option.value else "")
        yield f"complete -c winnow{condition} {names}{value} -d '{fish_quoted(option.text)}'"


def fish(top, verbs):
    yield f"# fish completion of winnow; made by packaging/command/pages.py\nset -l verbs {' '.join(verbs)}\ncomplete -c winnow -f"
    yield from fish_options(top.of("Options of every command"))
    for name, verb in verbs.items():
        yield f"complete -c winnow -n \"not __fish_seen_subcommand_from $verbs\" -a {name} -d '{fish_quoted(verb.summary)}'"
        condition = f" -n '__fish_seen_subcommand_from {name}'"
        yield from fish_options(verb.of("Options"), condition)
        positionals = [positional.names[0] for positional in verb.of("Arguments")]
        if "TASK" in positionals:
            yield f"complete -c winnow{condition} -a '{' '.join(tasks())}'"
        elif PATH_POSITIONALS.intersection(positionals):
            yield f"complete -c winnow{condition} -F"


def main(winnow, folder):
    top = read(ask(winnow))
    verbs = {verb.names[0]: read(ask(winnow, verb.names[0])) for verb in top.of("Commands")}
    version = REPOSITORY.joinpath("VERSION").read_text().strip()
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    date = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc).date().isoformat()
    share = pathlib.Path(folder) / "share"
    for path, lines in {"man/man1/winnow.1": man(top, verbs, version, date),
                        "bash-completion/completions/winnow": bash(top, verbs),
                        "zsh/site-functions/_winnow": zsh(top, verbs),
                        "fish/vendor_completions.d/winnow.fish": fish(top, verbs)}.items():
        file = share / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
