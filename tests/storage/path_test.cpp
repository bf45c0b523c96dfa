// Where Kestra keeps an execution's files.
#include <gmock/gmock.h>

#include "storage/storage.h"

namespace winnow::storage {
namespace {

using testing::HasSubstr;

struct SlugCase {
  const char* flow;
  const char* slug;
};

class Slug : public testing::TestWithParam<SlugCase> {};

TEST_P(Slug, IsThatOfKestra) {
  EXPECT_EQ(slug(GetParam().flow), GetParam().slug);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, Slug,
    testing::Values(
        SlugCase{"close_month", "close-month"}, SlugCase{"MyFlow", "myflow"},
        SlugCase{"my flow", "my-flow"}, SlugCase{"tab\there", "tab-here"},
        SlugCase{"new\nline\r\v\f", "new-line"}, SlugCase{"a__b", "a-b"}, SlugCase{"a - b", "a-b"},
        SlugCase{"a-_-b", "a-b"}, SlugCase{"__a__", "a"}, SlugCase{"-a-", "a"},
        SlugCase{"caf\u00e9", "cafe"},   // one precomposed letter
        SlugCase{"cafe\u0301", "cafe"},  // two characters
        SlugCase{"\u00c5ngstr\u00f6m", "angstrom"},
        SlugCase{"\u212a", "k"},                // the Kelvin sign is a K
        SlugCase{"stra\u00dfe", "strae"},       // no part of \u00df is ASCII
        SlugCase{"\u65e5\u672c-flow", "flow"},  // Java's \w is ASCII: the dash is trimmed
        SlugCase{"\u65e5\u672c", ""}, SlugCase{"", ""}, SlugCase{"-", ""}, SlugCase{"___", ""},
        SlugCase{"50%'\"off", "50off"}, SlugCase{"a.b/c", "abc"}, SlugCase{"..", ""},
        SlugCase{"a\u00a0b", "ab"},  // Java's \s is ASCII: no dash for this space
        SlugCase{"a\u2003b", "ab"}, SlugCase{"a\xff\xfe_b", "a-b"}, SlugCase{"0-9", "0-9"}));

TEST(ExecutionPath, FollowsNamespaceFlowAndId) {
  EXPECT_EQ(execution_path({"main", "company.team", "My_Flow", "4hTq9Zb"}).value(),
            "company/team/my-flow/executions/4hTq9Zb");
}

TEST(ExecutionPath, HasNoTenantInIt) {
  EXPECT_EQ(execution_path({std::nullopt, "a", "b", "c"}).value(), "a/b/executions/c");
}

TEST(ExecutionPath, KeepsLetterCaseOfNamespaceAndId) {
  EXPECT_EQ(execution_path({"main", "Company.Team", "f", "aB"}).value(),
            "Company/Team/f/executions/aB");
}

TEST(ExecutionPath, DropsASlugThatIsEmptyAsJavaJoinsPaths) {
  EXPECT_EQ(execution_path({"main", "company", "\u65e5\u672c", "x1"}).value(),
            "company/executions/x1");
}

TEST(ExecutionPath, DropsEmptyPartsOfTheNamespaceAsJavaJoinsPaths) {
  EXPECT_EQ(execution_path({"main", "a..b", "f", "x"}).value(), "a/b/f/executions/x");
  EXPECT_EQ(execution_path({"main", ".a", "f", "x"}).value(), "a/f/executions/x");
  EXPECT_EQ(execution_path({"main", "a.", "f", "x"}).value(), "a/f/executions/x");
  EXPECT_EQ(execution_path({"main", "...a", "f", "x"}).value(), "a/f/executions/x");
}

struct Refused {
  ExecutionFolder folder;
  const char* names;  // what the message speaks of
};

class RefusedPath : public testing::TestWithParam<Refused> {};

TEST_P(RefusedPath, SaysWhatCantBeAFolder) {
  const auto path = execution_path(GetParam().folder);
  ASSERT_FALSE(path) << *path;
  EXPECT_EQ(path.error().kind, FailureKind::storage);
  EXPECT_THAT(path.error().message, HasSubstr(GetParam().names));
}

const std::string kNul("a\0b", 3);

INSTANTIATE_TEST_SUITE_P(Parts, RefusedPath,
                         testing::Values(Refused{{"main", "a", "f", ""}, "execution id"},
                                         Refused{{"main", "a", "f", "."}, "execution id"},
                                         Refused{{"main", "a", "f", ".."}, "execution id"},
                                         Refused{{"main", "a", "f", "../x"}, "execution id"},
                                         Refused{{"main", "a", "f", "x/"}, "execution id"},
                                         Refused{{"main", "a", "f", kNul}, "execution id"},
                                         Refused{{"", "a", "f", "x"}, "tenant"},
                                         Refused{{".", "a", "f", "x"}, "tenant"},
                                         Refused{{"..", "a", "f", "x"}, "tenant"},
                                         Refused{{"a/b", "a", "f", "x"}, "tenant"},
                                         Refused{{kNul, "a", "f", "x"}, "tenant"},
                                         Refused{{"main", "", "f", "x"}, "namespace"},
                                         Refused{{"main", "..", "f", "x"}, "namespace"},
                                         Refused{{"main", "a/../b", "f", "x"}, "namespace"},
                                         Refused{{"main", "/etc", "f", "x"}, "namespace"},
                                         Refused{{"main", kNul, "f", "x"}, "namespace"}));

}  // namespace
}  // namespace winnow::storage
