// ${NAME:default}
#include "plugin/configuration/placeholders.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace winnow::plugin {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string resolve(std::string_view text) {
  static const std::map<std::string, std::string> variables{{"USER", "kestra"},
                                                            {"EMPTY", ""},
                                                            {"REFERS", "${USER}"},
                                                            {"BRACE", "a}b"},
                                                            {"some.name-1", "named"}};
  const auto resolved =
      resolve_placeholders(text, [](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
      });
  return resolved ? *resolved : "refused: " + resolved.error().message;
}

struct Case {
  const char* text;
  const char* expected;
};

class Placeholder : public testing::TestWithParam<Case> {};

TEST_P(Placeholder, IsReplaced) {
  EXPECT_EQ(resolve(GetParam().text), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, Placeholder,
    testing::Values(Case{"", ""}, Case{"plain", "plain"}, Case{"${USER}", "kestra"},
                    Case{"a ${USER} b ${USER}", "a kestra b kestra"}, Case{"${ USER }", "kestra"},
                    Case{"${NONE:x}", "x"}, Case{"${NONE:}", ""}, Case{"${EMPTY:x}", "x"},
                    Case{"${USER:x}", "kestra"}, Case{"${NONE:${USER}}", "kestra"},
                    Case{"${NONE:${NONE2:x}}", "x"}, Case{"${NONE:a${USER}b}", "akestrab"},
                    Case{"${NONE:USER:x}", "kestra"}, Case{"${NONE:NONE2:x}", "x"},
                    Case{"${NONE:jdbc:postgresql://h:5432/d}", "jdbc:postgresql://h:5432/d"},
                    Case{"${NONE:`jdbc:x:${y}`}", "jdbc:x:${y}"}, Case{"${NONE:`a}b`}", "a}b"},
                    Case{"jdbc:postgresql://${HOST:localhost}:${PORT:5432}/${USER}",
                         "jdbc:postgresql://localhost:5432/kestra"},
                    // a value is literal, even if it looks like a placeholder
                    Case{"${REFERS}", "${USER}"}, Case{"${BRACE}", "a}b"},
                    Case{"${some.name-1}", "named"}, Case{"$USER {x} $$", "$USER {x} $$"},
                    Case{"pa$$word}", "pa$$word}"}));

TEST(PlaceholdersTest, NamesTheVariableThatIsMissing) {
  EXPECT_THAT(resolve("s3cret${NONE}"),
              HasSubstr("the environment variable \"NONE\" is not set or empty"));
  EXPECT_THAT(resolve("s3cret${EMPTY}"), HasSubstr("\"EMPTY\" is not set or empty"));
  EXPECT_THAT(resolve("${NONE:${NONE2}}"), HasSubstr("\"NONE2\""));
  EXPECT_THAT(resolve("s3cret${NONE}"), Not(HasSubstr("s3cret")));
}

TEST(PlaceholdersTest, RefusesWhatIsNoPlaceholderWithoutRepeatingIt) {
  for (const auto* text : {"s3cret${", "s3cret${USER", "${s3cret ", "s3cret${}", "${:s3cret}",
                           "${s3cret word}", "${s3cret${USER}}"}) {
    EXPECT_THAT(resolve(text),
                testing::AllOf(HasSubstr("refused: a placeholder"), Not(HasSubstr("s3cret"))))
        << text;
  }
}

TEST(PlaceholdersTest, RefusesDeepNesting) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "${N:";
  EXPECT_THAT(resolve(deep + std::string(100'000, '}')), HasSubstr("nested too deeply"));
}

}  // namespace
}  // namespace winnow::plugin
