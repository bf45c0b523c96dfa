// Pebble's syntax: values, operators, functions and filters that don't concern dates.
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hosts/cli/expression/language/lexer.h"
#include "hosts/cli/expression/language/parser.h"
#include "tests/hosts/cli/expression/expression_support.h"

namespace winnow::cli::expression {
namespace {

class Expression : public testing::TestWithParam<Example> {};

TEST_P(Expression, Prints) {
  EXPECT_EQ(rendered(GetParam().text), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, Expression,
    testing::Values(
        Example{"", ""}, Example{"plain", "plain"}, Example{"a { b } c", "a { b } c"},
        Example{"a }} b", "a }} b"}, Example{"{", "{"}, Example{"x{{ 1 }}y{{ 2 }}z", "x1y2z"},
        Example{"{{ 'it''}}",
                "error@8: the string that begins here has no end, its closing quote is missing"},
        Example{"{# gone #}kept", "kept"}, Example{"a  {{- 1 -}}  b", "a1b"},
        Example{"a {{-1}} b", "a -1 b"}, Example{"{{ '}}' }}", "}}"},
        Example{"{{ {'a': {'b': 1}} }}", R"({"a":{"b":1}})"},
        Example{"{{{'a': {'b': 1}}}}", R"({"a":{"b":1}})"}, Example{R"({{ 'it\'s' }})", "it's"},
        Example{R"({{ "a\\b" }})", R"(a\b)"}, Example{R"({{ 'a\nb' }})", R"(a\nb)"},
        Example{"{{\n 1\n +\n 1 }}", "2"}, Example{"{{ \"x\" }}", "x"}));

INSTANTIATE_TEST_SUITE_P(
    Values, Expression,
    testing::Values(Example{"{{ 1 }}", "1"}, Example{"{{ 1L }}", "1"}, Example{"{{ 1.50 }}", "1.5"},
                    Example{"{{ true }}", "true"}, Example{"{{ null }}", ""},
                    Example{"{{ [1, 'a', null] }}", R"([1,"a",null])"}, Example{"{{ [] }}", "[]"},
                    Example{"{{ {} }}", "{}"}, Example{"{{ inputs.days }}", "30"},
                    Example{"{{ inputs['days'] }}", "30"}, Example{"{{ vars['a-b'] }}", "1"},
                    Example{"{{ vars.map.list[1] }}", "20"},
                    Example{"{{ outputs.list.rows[1].id }}", "x2"},
                    Example{"{{ outputs.list.rows.0.id }}", "x1"},
                    Example{"{{ vars.map[inputs.nothing ?? 'k'] }}", "v"},
                    Example{"{{ inputs.nothing }}", ""},
                    Example{"{{ inputs.states }}", R"(["SUCCESS","FAILED"])"},
                    Example{"{{ inputs.nested }}", "{{ now() }}"},
                    Example{"{{ flow.namespace }}/{{ flow.id }}", "company.ops/purge"}));

INSTANTIATE_TEST_SUITE_P(
    Operators, Expression,
    testing::Values(
        Example{"{{ 1 + 2 * 3 }}", "7"}, Example{"{{ (1 + 2) * 3 }}", "9"},
        Example{"{{ 7 / 2 }}", "3"}, Example{"{{ -7 / 2 }}", "-3"}, Example{"{{ 7 / 2.0 }}", "3.5"},
        Example{"{{ 7 % 3 }}", "1"}, Example{"{{ 10 - 2 - 3 }}", "5"},
        Example{"{{ - inputs.days }}", "-30"}, Example{"{{ 'a' ~ 1 ~ true ~ null }}", "a1true"},
        Example{"{{ 'a' + 1 }}", "a1"}, Example{"{{ 1 ~ 2 | length }}", "2"},
        Example{"{{ [1] + 2 }}", "[1,2]"}, Example{"{{ [1] + [2, 3] }}", "[1,2,3]"},
        Example{"{{ 1..4 }}", "[1,2,3,4]"}, Example{"{{ 1 == 1.0 }}", "true"},
        Example{"{{ 1 == '1' }}", "false"}, Example{"{{ 'a' equals 'a' }}", "true"},
        Example{"{{ 1 != 2 }}", "true"},
        Example{"{{ 2 > 1 and 1 >= 1 and 1 < 2 and 1 <= 1 }}", "true"},
        Example{"{{ null > 1 }}", "false"}, Example{"{{ true or undefined_name }}", "true"},
        Example{"{{ false and undefined_name }}", "false"},
        Example{"{{ not inputs.flag }}", "false"}, Example{"{{ not false and false }}", "false"},
        Example{"{{ true or true and false }}", "true"},
        Example{"{{ inputs.states contains 'FAILED' }}", "true"},
        Example{"{{ inputs.states contains ['FAILED', 'x'] }}", "false"},
        Example{"{{ 'abc' contains 'bc' }}", "true"},
        Example{"{{ {'a': 1} contains 'a' }}", "true"},
        Example{"{{ 'FAILED' in inputs.states }}", "true"},
        Example{"{{ inputs.flag ? 'yes' : 'no' }}", "yes"},
        Example{"{{ inputs.off ? 1 : inputs.flag ? 2 : 3 }}", "2"},
        Example{"{{ null ? 1 : 2 }}", "2"}, Example{"{{ inputs.missing ?? 'd' }}", "d"},
        Example{"{{ inputs.nothing ?? 'd' }}", "d"}, Example{"{{ inputs.nothing ??? 'd' }}", ""},
        Example{"{{ missing.at.all ?? inputs.missing ?? 'e' }}", "e"},
        Example{"{{ inputs.missing ??? 'd' }}", "d"}, Example{"{{ inputs.blank ?? 'd' }}", ""},
        Example{"{{ inputs.name ?? 'd' | upper }}", "COMPANY.TEAM"},
        Example{"{{ 1 > 0 ? 'a' ~ 'b' : 'c' }}", "ab"}));

INSTANTIATE_TEST_SUITE_P(Tests, Expression,
                         testing::Values(Example{"{{ inputs.blank is empty }}", "true"},
                                         Example{"{{ '  ' is empty }}", "true"},
                                         Example{"{{ [] is empty }}", "true"},
                                         Example{"{{ 0 is empty }}", "false"},
                                         Example{"{{ inputs.states is not empty }}", "true"},
                                         Example{"{{ inputs.nothing is null }}", "true"},
                                         Example{"{{ inputs.missing is defined }}", "false"},
                                         Example{"{{ inputs.days is defined }}", "true"},
                                         Example{"{{ no.such is not defined }}", "true"},
                                         Example{"{{ 4 is even }}", "true"},
                                         Example{"{{ 4 is odd }}", "false"},
                                         Example{"{{ vars.map is map }}", "true"},
                                         Example{"{{ [1] is iterable }}", "true"}));

INSTANTIATE_TEST_SUITE_P(Functions, Expression,
                         testing::Values(Example{"{{ max(1, 5, 3) }}", "5"},
                                         Example{"{{ min(4, 2.5) }}", "2.5"},
                                         Example{"{{ max(null, 3) }}", "3"},
                                         Example{"{{ range(0, 10, 5) }}", "[0,5,10]"},
                                         Example{"{{ range(3, 1, -1) }}", "[3,2,1]"},
                                         Example{"{{ range(end=2, start=1) }}", "[1,2]"},
                                         Example{"{{ fromJson('{\"a\": [1]}').a[0] }}", "1"}));

INSTANTIATE_TEST_SUITE_P(
    Filters, Expression,
    testing::Values(
        Example{"{{ 'aé' | upper }}", "AÉ"}, Example{"{{ 'GROẞE' | lower }}", "große"},
        Example{"{{ ' a b ' | trim }}", "a b"}, Example{"{{ inputs.missing | default('d') }}", "d"},
        Example{"{{ inputs.blank | default('d') }}", "d"},
        Example{"{{ inputs.off | default(true) }}", "false"},
        Example{"{{ 'a-b-a' | replace({'a': 'x', '-': ''}) }}", "xbx"},
        Example{"{{ 'a,b,,c,,' | split(',') }}", R"(["a","b","","c"])"},
        Example{R"({{ 'a.b' | split('\\.') | last }})", "b"},
        Example{"{{ inputs.states | join(', ') }}", "SUCCESS, FAILED"},
        Example{"{{ [1, null] | join }}", "1"}, Example{"{{ inputs.states | first }}", "SUCCESS"},
        Example{"{{ 'äb' | first }}", "ä"}, Example{"{{ [] | last }}", ""},
        Example{"{{ inputs.umlaut | length }}", "5"}, Example{"{{ inputs.states | length }}", "2"},
        Example{"{{ vars | length }}", "2"}, Example{"{{ 5 | length }}", "0"},
        Example{"{{ inputs.states | toJson }}", R"(["SUCCESS","FAILED"])"},
        Example{"{{ 'x' | json }}", "\"x\""}, Example{"{{ null | json }}", "null"},
        Example{"{{ '42' | number + 1 }}", "43"}, Example{"{{ '4.5' | number }}", "4.5"},
        Example{"{{ '4' | number('DOUBLE') }}", "4.0"}, Example{"{{ -3 | abs }}", "3"},
        Example{"{{ 'company.team' | startsWith('company') }}", "true"},
        Example{"{{ 'a.yml' | endsWith('.yaml') }}", "false"},
        Example{"{{ inputs.name | substringBefore('.') }}", "company"},
        Example{"{{ inputs.name | substringAfter('.') }}", "team"},
        Example{"{{ 'a.b.c' | substringBeforeLast('.') }}", "a.b"},
        Example{"{{ 'a.b.c' | substringAfterLast('.') }}", "c"},
        Example{"{{ 'abc' | substringAfter('.') }}", ""},
        Example{"{{ 'abcd' | slice(1, 3) }}", "bc"}, Example{"{{ [1, 2, 3] | slice(1) }}", "[2,3]"},
        Example{"{{ [3, 1, 2] | sort }}", "[1,2,3]"},
        Example{"{{ ['a', 'c', 'b'] | rsort }}", R"(["c","b","a"])"},
        Example{"{{ [1, 2] | reverse }}", "[2,1]"}, Example{"{{ [1, 1, 2] | distinct }}", "[1,2]"},
        Example{"{{ {'a': 1, 'b': 2} | keys }}", R"(["a","b"])"},
        Example{"{{ {'a': 1, 'b': 2} | values }}", "[1,2]"},
        Example{"{{ inputs.nothing | upper }}", ""},
        Example{"{{ 'a' | upper | lower | upper }}", "A"}));

INSTANTIATE_TEST_SUITE_P(
    Mistakes, Expression,
    testing::Values(
        Example{"{{ }}", "error@4: there is nothing between '{{' and '}}'"},
        Example{"x {{ 1", "error@3: the expression that begins here has no end, '}}' is missing"},
        Example{"{{ 1 2 }}", "error@6: did not expect '2' here"},
        Example{"{{ 1 + }}", "error@8: expected a value, found the end of the expression"},
        Example{"{{ (1 }}", "error@7: expected ')', found '}'"},
        Example{"{{ ) }}", "error@4: this ')' closes nothing"},
        Example{"{{ 1 & 2 }}", "error@6: the character '&' has no meaning here"},
        Example{"{{ noww() }}", "error@4: unknown function 'noww' (did you mean \"now\"?)"},
        Example{"{{ dateAdd(now(), -1, 'DAYS') }}",
                "error@4: unknown function 'dateAdd': it is a filter, {{ value | dateAdd }}"},
        Example{"{{ 1 | max(2) }}",
                "error@8: unknown filter 'max': it is a function, {{ max(value) }}"},
        Example{"{{ 1 | dateAd }}", "error@8: unknown filter 'dateAd' (did you mean \"dateAdd\"?)"},
        Example{"{{ 1 is emty }}", "error@9: unknown test 'emty' (did you mean \"empty\"?)"},
        Example{"{{ false ? nosuch() : 1 }}", "error@12: unknown function 'nosuch'"},
        Example{"{{ now(timezone='UTC') }}",
                "error@8: 'now' has no argument 'timezone' (did you mean \"timeZone\"?)"},
        Example{"{{ 'a' | trim(1) }}", "error@15: 'trim' takes at most 0 arguments"},
        Example{"{{ 'a' | split }}", "error@10: 'split' needs the argument 'delimiter'"},
        Example{"{{ range(1, start=2) }}", "error@13: the argument 'start' is given twice"},
        Example{"{{ max() }}", "error@4: 'max' needs an argument"},
        Example{"{{ inputs.dys }}", "error@11: 'dys' is not defined (did you mean \"days\"?)"},
        Example{"{{ input.days }}", "error@4: 'input' is not defined (did you mean \"inputs\"?)"},
        Example{"{{ inputs.nothing.x }}", "error@19: 'x' is not defined: its owner is null"},
        Example{"{{ vars.map.list[3] }}", "error@18: the list has 3 elements and no '3'"},
        Example{"{{ vars.map.list[-1] }}", "error@18: the list has 3 elements and no '-1'"},
        Example{"{{ inputs.name.length() }}",
                "error@22: methods can't be called, use a filter: value | name"},
        Example{"{% if true %}x{% endif %}",
                "error@1: {% %} blocks are not supported, use {{ condition ? a : b }}"},
        Example{"{{ \"a #{inputs.days}\" }}",
                "error@7: '#{...}' inside a string is not supported, join the parts by ~"},
        Example{"{# open", "error@1: the comment that begins here has no end"},
        Example{"{{ 1 / 0 }}", "error@6: division by zero"},
        Example{"{{ 9223372036854775807 + 1 }}", "error@24: the result doesn't fit into 64 bits"},
        Example{"{{ 9223372036854775808 }}",
                "error@4: the number 9223372036854775808 is too large"},
        Example{"{{ [] * 2 }}", "error@7: can't calculate with a list and 2"},
        Example{"{{ 'b' > 'a' }}",
                "error@8: can't tell which is greater, the string 'b' or the string 'a'; dates are "
                "compared by `| timestamp`"},
        Example{"{{ null and true }}", "error@9: expected true or false, found null"},
        Example{"{{ 1..100000 }}", "error@5: a range has at most 10000 numbers"},
        Example{"{{ range(1, 2, 0) }}", "error@4: range: a range can't go by steps of 0"},
        Example{"{{ 5 | upper }}", "error@8: upper: expected a string, found 5"},
        Example{
            "{{ 'a' | split('.') }}",
            "error@10: split: '.' is a regular expression, only plain strings are supported (a '.' "
            "is written '\\\\.')"},
        Example{"{{ 'a' | replace({'a': 'b'}, true) }}",
                "error@10: replace: regular expressions are not supported"},
        Example{"{{ 'x' | number }}", "error@10: number: the string 'x' is not such a number"},
        Example{"{{ [1, 'a'] | sort }}",
                "error@15: sort: only numbers, or only strings, have an order"},
        Example{"{{ fromJson('{') | length }}", "error@4: fromJson: JSON:1: this is not JSON"},
        Example{"{{ a. }}", "error@7: expected a name after '.', found the end of the expression"},
        Example{"{{ 1 | 2 }}", "error@8: expected the name of a filter, found '2'"},
        Example{"{{ 1 ? 2 }}", "error@10: expected ':', found the end of the expression"},
        Example{"{{ {'a' 1} }}", "error@9: expected ':', found '1'"}));

TEST(Template, KeepsTheTypeOfASingleExpression) {
  const auto value = [](const std::string& text) {
    return *Template::parse(text, callables())->value(scope());
  };
  EXPECT_EQ(value("{{ inputs.days }}"), Json(30));
  EXPECT_EQ(value("{{ inputs.states }}"), Json::parse(R"(["SUCCESS","FAILED"])"));
  EXPECT_EQ(value("{{ inputs.flag }}"), Json(true));
  EXPECT_EQ(value("{{ inputs.nothing }}"), Json());
  EXPECT_EQ(value(" {{ inputs.days }}"), Json(" 30"));
  EXPECT_EQ(value("30"), Json("30"));
}

// A task's outputs may be large.
TEST(Template, CopiesNothingOnTheWayToAValue) {
  const Scope all = scope();
  const std::string source = "outputs.list.rows[1]}}";
  const auto tokens = tokenize(source, 0);
  ASSERT_TRUE(tokens);
  const auto node = parse(*tokens, source, callables());
  ASSERT_TRUE(node);
  const auto value = evaluate(*node, source, all);
  ASSERT_TRUE(value);
  EXPECT_EQ(&**value, &all.variables["outputs"]["list"]["rows"][1]);
}

TEST(Template, RefusesWhatIsNestedTooDeepOrTooLong) {
  const std::string open(200, '(');
  const std::string shut(200, ')');
  EXPECT_THAT(rendered("{{ " + open + "1" + shut + " }}"), testing::HasSubstr("nested too deep"));
  EXPECT_THAT(rendered("{{ " + std::string(400, '-') + "1 }}"),
              testing::HasSubstr("nested too deep"));
  std::string sum = "1";
  for (int i = 0; i < 2000; ++i) sum += "+1";
  EXPECT_THAT(rendered("{{ " + sum + " }}"), testing::HasSubstr("too long"));
}

// Parts of expressions in any order: a value, or a failure that names a place, and no harm.
TEST(Template, TakesAnyString) {
  constexpr const char* kParts[] = {"{{",
                                    "}}",
                                    "-}}",
                                    "{{- ",
                                    " ",
                                    "\n",
                                    "(",
                                    ")",
                                    "[",
                                    "]",
                                    "{",
                                    "}",
                                    ",",
                                    ":",
                                    ".",
                                    "..",
                                    "?",
                                    "??",
                                    "???",
                                    "|",
                                    "=",
                                    "==",
                                    "!=",
                                    "<",
                                    ">=",
                                    "+",
                                    "-",
                                    "*",
                                    "/",
                                    "%",
                                    "~",
                                    "'",
                                    "\"",
                                    "\\",
                                    "#{",
                                    "{#",
                                    "#}",
                                    "{%",
                                    "1",
                                    "2.5",
                                    "9223372036854775807",
                                    "0",
                                    "null",
                                    "true",
                                    "not",
                                    "is",
                                    "is not",
                                    "and",
                                    "or",
                                    "in",
                                    "contains",
                                    "empty",
                                    "defined",
                                    "inputs",
                                    "outputs",
                                    "days",
                                    "list",
                                    "rows",
                                    "now",
                                    "now()",
                                    "max(",
                                    "range(",
                                    "dateAdd(",
                                    "date(",
                                    "split(",
                                    "replace(",
                                    "slice(",
                                    "first",
                                    "last",
                                    "upper",
                                    "number",
                                    "sort",
                                    "MONTHS",
                                    "yyyy",
                                    "\xc3\xa9",
                                    "\xff",
                                    "x"};
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto all = scope();
  for (int i = 0; i < 20'000; ++i) {
    std::string text = i % 4 == 0 ? "" : "{{ ";
    for (auto parts = random() % 16; parts > 0; --parts)
      text += kParts[random() % std::size(kParts)];
    if (i % 4 != 0) text += " }}";
    const auto parsed = Template::parse(text, callables());
    if (!parsed) {
      ASSERT_THAT(parsed.error().message, testing::HasSubstr("column ")) << text;
      continue;
    }
    EXPECT_LE(parsed->references().size(), text.size());
    const auto value = parsed->value(all);
    if (value) continue;
    ASSERT_THAT(value.error().message, testing::HasSubstr("column ")) << text;
  }
}

TEST(Template, FindsEveryUseOfAVariable) {
  const auto parsed = Template::parse(
      "{{ outputs.a.rows[0].id }} {{ true ? 1 : outputs['b'].size ?? vars[outputs.c.x] }}",
      callables());
  ASSERT_TRUE(parsed);
  std::vector<std::string> found;
  for (const auto& reference : parsed->references()) {
    std::string path;
    for (const auto& part : reference.path) path += "/" + part;
    found.push_back(path + (reference.guarded ? "?" : ""));
  }
  EXPECT_THAT(found, testing::ElementsAre("/outputs/a/rows/0/id", "/outputs/b/size?", "/vars",
                                          "/outputs/c/x"));
}

}  // namespace
}  // namespace winnow::cli::expression
