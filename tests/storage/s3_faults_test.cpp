// A bucket whose server is busy, slow, wrong or down.
#include <algorithm>
#include <set>
#include <thread>

#include <gmock/gmock.h>

#include "tests/storage/s3_bed.h"
#include "tests/storage/s3_server.h"
#include "tests/storage/scratch.h"

namespace winnow::tests {
namespace {

using storage::ExecutionFolder;
using storage::Removed;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Kind = Conduct::Kind;

const std::string kRuns = "main/company/team/flow/executions/";

class S3Faults : public testing::Test {
 protected:
  S3Faults() : settings_(settings_for(server_.endpoint())) {}

  std::vector<Removed> remove(const std::vector<ExecutionFolder>& folders,
                              storage::Deadline until = storage::kNoDeadline) {
    const Cancellation cancellation;
    return open_bucket(settings_)->remove(folders, cancellation, until);
  }
  Removed remove(const std::string& execution) { return remove({folder(execution)}).front(); }

  // The first `times` requests of a kind behave so.
  void at_first(int times, Conduct conduct, bool (SeenRequest::*kind)() const) {
    server_.behave([times, conduct, kind](const SeenRequest& request) mutable {
      return (request.*kind)() && times-- > 0 ? conduct : Conduct{};
    });
  }

  std::size_t requests(bool (SeenRequest::*kind)() const) const {
    const auto seen = server_.seen();
    return static_cast<std::size_t>(std::count_if(
        seen.begin(), seen.end(), [&](const SeenRequest& request) { return (request.*kind)(); }));
  }

  S3Server server_;
  storage::S3Settings settings_;
};

struct Trouble {
  const char* name;
  Conduct conduct;
};

const std::string kBusy = "<Error><Code>SlowDown</Code><Message>later</Message></Error>";

class S3PassingTrouble : public S3Faults, public testing::WithParamInterface<Trouble> {};

TEST_P(S3PassingTrouble, IsOvercomeAndCountedOnce) {
  for (const auto kind :
       {&SeenRequest::is_probe, &SeenRequest::is_list, &SeenRequest::is_deletion}) {
    for (int i = 0; i < 5; ++i) server_.put("/" + kRuns + "a/f" + std::to_string(i));
    at_first(3, GetParam().conduct, kind);
    const auto removed = remove("a");
    EXPECT_FALSE(removed.failure) << message_of(removed);
    EXPECT_EQ(removed.files, 5);
    EXPECT_THAT(server_.keys(), IsEmpty());
  }
  EXPECT_EQ(requests(&SeenRequest::is_single_deletion), 0) << "it is no lack of the server";
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, S3PassingTrouble,
    testing::Values(Trouble{"503", {.kind = Kind::instead, .status = 503, .body = kBusy}},
                    Trouble{"429", {.kind = Kind::instead, .status = 429, .body = ""}},
                    Trouble{"500", {.kind = Kind::instead, .status = 500, .body = "<html>"}},
                    Trouble{"408", {.kind = Kind::instead, .status = 408, .body = ""}},
                    Trouble{"520", {.kind = Kind::instead, .status = 520, .body = "<html>"}},
                    Trouble{"RequestTimeout",
                            {.kind = Kind::instead,
                             .status = 400,
                             .body = "<Error><Code>RequestTimeout</Code></Error>"}},
                    Trouble{"OperationAborted",
                            {.kind = Kind::instead,
                             .status = 409,
                             .body = "<Error><Code>OperationAborted</Code></Error>"}},
                    Trouble{"ErrorWith200", {.kind = Kind::instead, .status = 200, .body = kBusy}},
                    Trouble{"NoXml", {.kind = Kind::instead, .status = 200, .body = "<x"}},
                    Trouble{"Empty", {.kind = Kind::instead, .status = 200, .body = ""}},
                    Trouble{"CutBefore", {.kind = Kind::cut_before}},
                    Trouble{"CutInMidAnswer", {.kind = Kind::cut_after}}),
    [](const auto& each) { return std::string(each.param.name); });

TEST_F(S3Faults, ListsAndDeletesPageByPage) {
  for (int i = 0; i < 2'500; ++i) server_.put(kRuns + "a/f" + std::to_string(i));
  server_.put(kRuns + "ab/f");
  const auto removed = remove("a");
  EXPECT_EQ(removed.files, 2'500);
  EXPECT_THAT(server_.keys(), ElementsAre(kRuns + "ab/f"));
  EXPECT_EQ(requests(&SeenRequest::is_list), 3);
  EXPECT_EQ(requests(&SeenRequest::is_deletion), 3);
}

TEST_F(S3Faults, ManyExecutionsOfOneFlowAreListedTogether) {
  std::vector<ExecutionFolder> folders;
  for (int i = 0; i < 300; ++i) {
    const std::string id = "run" + std::to_string(1000 + i);
    server_.put(kRuns + id + "/x");
    server_.put(kRuns + id + "/y");
    if (i % 3 != 0) folders.push_back(folder(id));
  }
  for (const auto& removed : remove(folders)) EXPECT_EQ(removed.files, 2) << message_of(removed);
  EXPECT_EQ(server_.keys().size(), 200);
  EXPECT_LE(requests(&SeenRequest::is_list), 8);
  // A page that continues after the cursor's last execution lists objects of another cursor.
  for (const auto& seen : server_.seen()) {
    if (seen.is_list()) {
      EXPECT_LE(std::stoul(seen.most_keys()), 256);
    }
  }
}

TEST_F(S3Faults, FewExecutionsAmongManyAreListedByThemselves) {
  for (int i = 0; i < 4'000; ++i) server_.put(kRuns + std::to_string(100'000 + i) + "/x");
  std::vector<ExecutionFolder> folders;
  for (int i = 0; i < 8; ++i) folders.push_back(folder(std::to_string(100'000 + 499 * i)));
  server_.page_size = 100;
  for (const auto& removed : remove(folders)) EXPECT_EQ(removed.files, 1) << message_of(removed);
  EXPECT_EQ(server_.keys().size(), 3'992);
  EXPECT_LE(requests(&SeenRequest::is_list), 9);
}

TEST_F(S3Faults, AKeyThatStaysKeepsItsExecutionAndNoOther) {
  for (const char* key : {"a/x", "a/y", "b/x"}) server_.put(kRuns + key);
  server_.behave([](const SeenRequest&) {
    return Conduct{.key_errors = {{kRuns + "a/y", "AccessDenied"}}};
  });
  const auto removed = remove({folder("a"), folder("b")});
  EXPECT_EQ(removed[0].files, 1);
  EXPECT_THAT(message_of(removed[0]), AllOf(HasSubstr(kRuns + "a/y"), HasSubstr("AccessDenied")));
  EXPECT_EQ(removed[1].files, 1);
  EXPECT_FALSE(removed[1].failure) << message_of(removed[1]);
  EXPECT_THAT(server_.keys(), ElementsAre(kRuns + "a/y"));
}

// As versitygw writes a key with a control character: it does not know encoding-type.
TEST_F(S3Faults, AKeyThatTheListingCantSpellKeepsItsExecution) {
  const std::string cut = kRuns + "a/x\xEF\xBF\xBDy";
  server_.behave([&](const SeenRequest& request) {
    return request.is_list() ? Conduct{.kind = Kind::instead,
                                       .body =
                                           "<ListBucketResult><IsTruncated>false</IsTruncated>"
                                           "<Contents><Key>" +
                                           cut + "</Key></Contents></ListBucketResult>"}
                             : Conduct{};
  });
  const auto removed = remove("a");
  EXPECT_THAT(message_of(removed), AllOf(HasSubstr("a/x"), HasSubstr("by hand")));
  EXPECT_EQ(removed.files, 0);
}

// It responds in the same way to the deletion of a missing key.
TEST_F(S3Faults, KeysThatTheServerEncodesWithoutSayingSoGoAndCountOnce) {
  for (const char* key : {"a/100%", "a/b c", "a/d+e", "a/x", "a/%25"}) server_.put(kRuns + key);
  server_.behave([](const SeenRequest&) { return Conduct{.hides_encoding = true}; });
  const auto removed = remove("a");
  EXPECT_FALSE(removed.failure) << message_of(removed);
  EXPECT_EQ(removed.files, 5);
  EXPECT_THAT(server_.keys(), IsEmpty());
  // Where several executions are listed together, the next page begins behind a key.
  server_.page_size = 3;
  std::vector<storage::ExecutionFolder> folders;
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    folders.push_back(folder(id));
    for (const char* file : {"!", " x", "#", "%", "1", "2", "~"})
      server_.put(kRuns + id + "/" + file);
  }
  const Cancellation cancellation;
  for (const auto& each : open_bucket(settings_)->remove(folders, cancellation)) {
    EXPECT_FALSE(each.failure) << message_of(each);
    EXPECT_EQ(each.files, 7);
  }
  EXPECT_THAT(server_.keys(), IsEmpty());
}

TEST_F(S3Faults, AKeyThatTheServerWasTooBusyForIsTriedAgain) {
  for (const char* key : {"a/x", "a/y"}) server_.put(kRuns + key);
  at_first(2, {.key_errors = {{kRuns + "a/y", "SlowDown"}}}, &SeenRequest::is_deletion);
  const auto removed = remove("a");
  EXPECT_FALSE(removed.failure) << message_of(removed);
  EXPECT_EQ(removed.files, 2);
}

TEST_F(S3Faults, AKeyThatTheServerIsSilentAboutCountsAsThere) {
  for (const char* key : {"a/x", "a/y"}) server_.put(kRuns + key);
  at_first(1, {.silent_about = {kRuns + "a/y"}}, &SeenRequest::is_deletion);
  const auto removed = remove("a");
  EXPECT_THAT(message_of(removed), HasSubstr("does not say what became of it"));
  EXPECT_EQ(removed.files, 1);
  const auto again = remove("a");
  EXPECT_FALSE(again.failure) << message_of(again);
}

TEST_F(S3Faults, NothingGoesThatLiesOutsideOfTheExecution) {
  const std::vector<std::string> others{"main/other/x", kRuns + "ab/x", kRuns + "a", "x"};
  for (const auto& key : others) server_.put(key);
  server_.put(kRuns + "a/x");
  server_.behave([&](const SeenRequest&) { return Conduct{.also_lists = others}; });
  remove("a");
  EXPECT_THAT(server_.keys(), testing::IsSupersetOf(others));
  server_.behave([&](const SeenRequest&) { return Conduct{.also_lists = others}; });
  remove({folder("a"), folder("b"), folder("c"), folder("d"), folder("e")});
  EXPECT_THAT(server_.keys(), testing::IsSupersetOf(others));
}

class S3Order : public S3Faults, public testing::WithParamInterface<Conduct> {};

TEST_P(S3Order, IsNotReliedUpon) {
  std::vector<ExecutionFolder> folders;
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    server_.put(kRuns + id + "/x");
    server_.put(kRuns + id + "/y");
    folders.push_back(folder(id));
  }
  server_.put(kRuns + "0/x");
  server_.behave([](const SeenRequest&) { return GetParam(); });
  for (const auto& removed : remove(folders)) EXPECT_EQ(removed.files, 2) << message_of(removed);
  EXPECT_THAT(server_.keys(), ElementsAre(kRuns + "0/x"));
}

INSTANTIATE_TEST_SUITE_P(Servers, S3Order,
                         testing::Values(Conduct{.unordered = true},
                                         Conduct{.ignores_start = true}));

TEST_F(S3Faults, KeysThatXmlCantCarryGoOneByOne) {
  for (const char* key : {"a/x\ny", "a/\x01", "a/plain"}) server_.put(kRuns + key);
  const auto removed = remove("a");
  EXPECT_FALSE(removed.failure) << message_of(removed);
  EXPECT_EQ(removed.files, 3);
  EXPECT_THAT(server_.keys(), IsEmpty());
}

TEST_F(S3Faults, MarkersOfFoldersGoAndAreNoFiles) {
  for (const char* key : {"a/", "a/inputs/", "a/inputs/x"}) server_.put(kRuns + key);
  server_.put(kRuns);
  EXPECT_EQ(remove("a").files, 1);
  EXPECT_THAT(server_.keys(), ElementsAre(kRuns));
}

TEST_F(S3Faults, CountingRemovesNothing) {
  for (const char* key : {"a/x", "a/in/", "a/in/y"}) server_.put(kRuns + key);
  const auto bucket = open_bucket(settings_);
  EXPECT_EQ(count_one(*bucket, folder("a")).files, 2);
  EXPECT_EQ(server_.keys().size(), 3);
  EXPECT_EQ(requests(&SeenRequest::is_deletion), 0);
}

TEST_F(S3Faults, ABusyServerEndsTheCallOnceTheBudgetIsUsedUp) {
  server_.put(kRuns + "a/x");
  server_.behave([](const SeenRequest&) {
    return Conduct{.kind = Kind::instead, .status = 503, .body = kBusy};
  });
  const auto removed = remove("a");
  ASSERT_TRUE(removed.failure);
  EXPECT_EQ(removed.failure->kind, FailureKind::storage);
  EXPECT_TRUE(removed.failure->retryable);
  EXPECT_THAT(message_of(removed), AllOf(HasSubstr("503 SlowDown"), HasSubstr(server_.endpoint())));
  EXPECT_EQ(server_.seen().size(), 8);
}

struct Refusal {
  int status;
  const char* code;
  const char* says;
};

class S3Refusals : public S3Faults, public testing::WithParamInterface<Refusal> {};

TEST_P(S3Refusals, AreReportedAndNotRepeated) {
  const auto& [status, code, says] = GetParam();
  server_.behave([status = status, code = code](const SeenRequest&) {
    return Conduct{
        .kind = Kind::instead,
        .status = status,
        .body = "<Error><Code>" + std::string(code) + "</Code><Message>m</Message></Error>"};
  });
  settings_.requests = 1;
  const auto removed = remove({folder("a"), folder("b", "other.namespace")});
  for (const auto& one : removed) EXPECT_THAT(message_of(one), HasSubstr(says));
  EXPECT_EQ(requests(&SeenRequest::is_list), 1);
}

INSTANTIATE_TEST_SUITE_P(Codes, S3Refusals,
                         testing::Values(Refusal{403, "SignatureDoesNotMatch",
                                                 "SignatureDoesNotMatch"},
                                         Refusal{403, "InvalidAccessKeyId", "InvalidAccessKeyId"},
                                         Refusal{404, "NoSuchBucket", "bucket winnow"},
                                         Refusal{301, "PermanentRedirect", "set `region`"}));

TEST_F(S3Faults, ABucketOfAnotherRegionIsSaidToBeThere) {
  server_.behave([](const SeenRequest&) {
    return Conduct{.kind = Kind::instead,
                   .status = 400,
                   .body =
                       "<Error><Code>AuthorizationHeaderMalformed</Code><Message>wrong</Message>"
                       "<Region>eu-west-1</Region></Error>"};
  });
  EXPECT_THAT(message_of(remove("a")), AllOf(HasSubstr("(eu-west-1)"), HasSubstr("set `region`")));
}

TEST_F(S3Faults, ARightThatIsMissingForOneNamespaceKeepsThatAlone) {
  server_.put(kRuns + "a/x");
  server_.put("main/other/flow/executions/b/x");
  server_.behave([](const SeenRequest& request) {
    const auto prefix = request.query.find("prefix");
    const bool other = prefix != request.query.end() && prefix->second.starts_with("main/other/");
    return other ? Conduct{.kind = Kind::instead,
                           .status = 403,
                           .body = "<Error><Code>AccessDenied</Code></Error>"}
                 : Conduct{};
  });
  const auto removed = remove({folder("a"), folder("b", "other")});
  EXPECT_EQ(removed[0].files, 1) << message_of(removed[0]);
  EXPECT_THAT(message_of(removed[1]), HasSubstr("403 AccessDenied"));
}

// minio/mc#4778, supabase/storage#898: some servers have no DeleteObjects.
TEST_F(S3Faults, AServerWithoutDeleteObjectsDeletesObjectsOneByOne) {
  for (const int status : {501, 405, 400, 404, 411, 413, 415}) {
    for (int i = 0; i < 5; ++i) server_.put(kRuns + "a/f" + std::to_string(i));
    server_.put(kRuns + "b/x");
    server_.behave([status](const SeenRequest& request) {
      return request.is_deletion() ? Conduct{.kind = Kind::instead,
                                             .status = status,
                                             .body = "<Error><Code>NotImplemented</Code></Error>"}
                                   : Conduct{};
    });
    const auto bucket = open_bucket(settings_);
    EXPECT_EQ(remove_one(*bucket, folder("a")).files, 5) << status;
    const auto batches = requests(&SeenRequest::is_deletion);
    const auto removed = remove_one(*bucket, folder("b"));
    EXPECT_FALSE(removed.failure) << message_of(removed);
    EXPECT_EQ(removed.files, 1);
    EXPECT_THAT(server_.keys(), IsEmpty());
    EXPECT_EQ(requests(&SeenRequest::is_deletion), batches) << "it is remembered";
  }
}

// A proxy that blocks DELETE, or a server without that request, responds in the same way for any
// object.
TEST_F(S3Faults, AnObjectOfWhichTheServerSaysNothingCountsAsThere) {
  server_.put(kRuns + "a/x");
  for (const auto& [status, body] :
       {std::pair{404, "<html>404 Not Found</html>"}, std::pair{404, ""},
        std::pair{200, "<Error><Code>MethodNotAllowed</Code></Error>"}}) {
    server_.behave([status = status, body = body](const SeenRequest& request) {
      if (request.is_deletion()) return Conduct{.kind = Kind::instead, .status = 501};
      return request.is_single_deletion()
                 ? Conduct{.kind = Kind::instead, .status = status, .body = body}
                 : Conduct{};
    });
    const auto removed = remove("a");
    EXPECT_THAT(message_of(removed), AllOf(HasSubstr("a/x"), HasSubstr(std::to_string(status))));
    EXPECT_EQ(removed.files, 0);
  }
}

TEST_F(S3Faults, AnObjectThatAnotherPurgeTookIsGone) {
  server_.put(kRuns + "a/x");
  server_.behave([](const SeenRequest& request) {
    if (request.is_deletion()) return Conduct{.kind = Kind::instead, .status = 501};
    return request.is_single_deletion() ? Conduct{.kind = Kind::instead,
                                                  .status = 404,
                                                  .body = "<Error><Code>NoSuchKey</Code></Error>"}
                                        : Conduct{};
  });
  const auto removed = remove("a");
  EXPECT_FALSE(removed.failure) << message_of(removed);
  EXPECT_EQ(removed.files, 0);
}

// thanos-io/objstore#84: others refuse its newer checksums, or leave them out of the signature.
TEST_F(S3Faults, AServerThatRefusesChecksumHeadersGetsContentMd5) {
  for (const auto& [status, code] :
       {std::pair{400, "InvalidArgument"}, std::pair{501, "NotImplemented"},
        std::pair{403, "SignatureDoesNotMatch"}}) {
    for (const char* key : {"a/x", "a/y", "b/x"}) server_.put(kRuns + key);
    server_.behave([status = status, code = code](const SeenRequest& request) {
      return request.headers.contains("x-amz-checksum-sha256")
                 ? Conduct{.kind = Kind::instead,
                           .status = status,
                           .body = "<Error><Code>" + std::string(code) + "</Code></Error>"}
                 : Conduct{};
    });
    const auto bucket = open_bucket(settings_);
    const auto before = requests(&SeenRequest::is_deletion);
    EXPECT_EQ(remove_one(*bucket, folder("a")).files, 2) << status;
    EXPECT_EQ(remove_one(*bucket, folder("b")).files, 1) << status;
    EXPECT_EQ(requests(&SeenRequest::is_deletion) - before, 3) << "it is tried once and remembered";
    EXPECT_EQ(requests(&SeenRequest::is_single_deletion), 0);
    EXPECT_TRUE(server_.seen().back().headers.contains("content-md5"));
  }
}

TEST_F(S3Faults, AnObjectThatCantBeDeletedByItselfKeepsItsExecution) {
  for (const char* key : {"a/x", "b/x"}) server_.put(kRuns + key);
  server_.behave([](const SeenRequest& request) {
    if (request.is_deletion()) return Conduct{.kind = Kind::instead, .status = 501};
    return request.path.ends_with("/a/x") && request.is_single_deletion()
               ? Conduct{.kind = Kind::instead,
                         .status = 403,
                         .body = "<Error><Code>AccessDenied</Code></Error>"}
               : Conduct{};
  });
  const auto removed = remove({folder("a"), folder("b")});
  EXPECT_THAT(message_of(removed[0]), AllOf(HasSubstr("a/x"), HasSubstr("AccessDenied")));
  EXPECT_EQ(removed[1].files, 1) << message_of(removed[1]);
}

TEST_F(S3Faults, VersionsGoWithTheirObjectsWhereThatIsAskedFor) {
  settings_.versions = true;
  server_.page_size = 3;
  for (const char* key : {"a/x", "a/y", "a/dir/", "b/x"}) server_.put(kRuns + key);
  for (int i = 0; i < 5; ++i) server_.put_version(kRuns + "a/x", "v" + std::to_string(i));
  server_.put_version(kRuns + "a/deleted", "v1");
  server_.put_version(kRuns + "a/deleted", "v2", true);
  server_.put_version(kRuns + "a/line\nbreak", "v1", true);
  const auto bucket = open_bucket(settings_);
  EXPECT_EQ(count_one(*bucket, folder("a")).files, 2);
  const auto removed = remove_one(*bucket, folder("a"));
  EXPECT_FALSE(removed.failure) << message_of(removed);
  EXPECT_EQ(removed.files, 2) << "older versions and delete markers are no files";
  EXPECT_THAT(server_.keys(), ElementsAre(kRuns + "b/x"));
  EXPECT_EQ(server_.versions(), 0);
}

// Older versions of Kestra's storage-s3 wrote a slash before the tenant, or the namespace.
TEST_F(S3Faults, KeysWithALeadingSlashGoToo) {
  for (const char* root : {"main/", "/main/", "", "/"}) {
    server_.put(std::string(root) + "company/team/flow/executions/a/x");
  }
  server_.put("/other/company/team/flow/executions/a/x");
  const auto bucket = open_bucket(settings_);
  EXPECT_EQ(remove_one(*bucket, folder("a")).files, 2);
  EXPECT_EQ(count_one(*bucket, {std::nullopt, "company.team", "flow", "a"}).files, 2);
  EXPECT_EQ(remove_one(*bucket, {std::nullopt, "company.team", "flow", "a"}).files, 2);
  EXPECT_THAT(server_.keys(), ElementsAre("/other/company/team/flow/executions/a/x"));
  EXPECT_LE(requests(&SeenRequest::is_probe), 2) << "asked once for each tenant";
}

TEST_F(S3Faults, KeysWithALeadingSlashAreFoundToo) {
  server_.put("main/company/team/flow/executions/a/x");
  server_.put("/main/company/team/flow/executions/b/x");
  std::vector<std::string> found;
  const Cancellation cancellation;
  const auto searched = open_bucket(settings_)->find(
      {.tenant = "main", .name_space = "company"},
      [&](const storage::FoundFolder& each) -> Outcome<void> {
        found.push_back(each.folder.execution);
        return {};
      },
      cancellation);
  EXPECT_TRUE(searched);
  EXPECT_THAT(found, ElementsAre("a", "b"));
}

TEST_F(S3Faults, ATenantOfWhichThereIsNothingIsMissed) {
  server_.put("kestra/main/company/team/flow/executions/a/x");
  const Cancellation cancellation;
  EXPECT_THAT(*open_bucket(settings_)->missing("main", cancellation),
              AllOf(HasSubstr("bucket winnow"), HasSubstr("below \"main/\"")));
  EXPECT_EQ(*open_bucket(settings_)->missing("kestra", cancellation), "");
  EXPECT_EQ(*open_bucket(settings_)->missing(std::nullopt, cancellation), "");
  settings_.path = "kestra";
  EXPECT_EQ(*open_bucket(settings_)->missing("main", cancellation), "");
  server_.put("/old/company/team/flow/executions/a/x");
  settings_.path.clear();
  EXPECT_EQ(*open_bucket(settings_)->missing("old", cancellation), "");
  // A page may be empty and not be the last one.
  const std::string empty_page =
      "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>k</"
      "NextContinuationToken>"
      "</ListBucketResult>";
  server_.behave([&](const SeenRequest& request) {
    const bool first = request.is_probe() && !request.query.contains("continuation-token");
    return first ? Conduct{.kind = Kind::instead, .body = empty_page} : Conduct{};
  });
  EXPECT_EQ(*open_bucket(settings_)->missing("kestra", cancellation), "");
}

TEST_F(S3Faults, AProxyCarriesTheRequestsThatItIsNamedFor) {
  server_.put(kRuns + "a/x");
  settings_.proxy = server_.endpoint();
  settings_.proxy_user = "me";
  settings_.proxy_password = "proxy-secret";
  settings_.endpoint = "http://bucket.invalid:9000";
  // The server sees whole URLs, as a proxy does.
  remove("a");
  ASSERT_THAT(server_.seen(), Not(IsEmpty()));
  EXPECT_THAT(server_.seen().front().path, testing::StartsWith("http://bucket.invalid:9000/"));
  EXPECT_TRUE(server_.seen().front().headers.contains("proxy-authorization"));
}

TEST_F(S3Faults, AServerThatIsNotThereIsNamed) {
  settings_.endpoint = "http://127.0.0.1:1";
  EXPECT_THAT(message_of(remove("a")), HasSubstr("http://127.0.0.1:1"));
}

TEST_F(S3Faults, ARequestThatGetsNoAnswerIsTriedAgain) {
  server_.put(kRuns + "a/x");
  settings_.timeout_ms = 50;
  at_first(1, {.kind = Kind::hold}, &SeenRequest::is_list);
  const auto removed = remove("a");
  EXPECT_FALSE(removed.failure) << message_of(removed);
  EXPECT_EQ(removed.files, 1);
}

// The server responds only after the call has returned.
TEST_F(S3Faults, CancellationDoesNotWaitForTheServer) {
  server_.put(kRuns + "a/x");
  server_.behave([](const SeenRequest&) { return Conduct{.kind = Kind::hold}; });
  Cancellation cancellation;
  std::thread other([&] {
    server_.await_held(1);
    cancellation.request();
  });
  const std::vector<ExecutionFolder> folders{folder("a"), folder("b")};
  for (const auto& removed : open_bucket(settings_)->remove(folders, cancellation)) {
    ASSERT_TRUE(removed.failure);
    EXPECT_EQ(removed.failure->kind, FailureKind::cancelled);
  }
  other.join();
  server_.release();
}

TEST_F(S3Faults, CancellationEndsThePauseBetweenTwoTries) {
  settings_.pause_ms = 3'600'000;
  Cancellation cancellation;
  server_.behave([&](const SeenRequest&) {
    cancellation.request();
    return Conduct{.kind = Kind::instead, .status = 503};
  });
  const auto which = folder("a");
  EXPECT_EQ(open_bucket(settings_)->remove({&which, 1}, cancellation).at(0).failure->kind,
            FailureKind::cancelled);
}

TEST_F(S3Faults, ADeadlineEndsTheCallAndSaysWhichExecutionsAreNotDone) {
  server_.put(kRuns + "a/x");
  server_.put("main/other/flow/executions/b/x");
  server_.behave([](const SeenRequest& request) {
    const auto prefix = request.query.find("prefix");
    const bool other = prefix != request.query.end() && prefix->second.starts_with("main/other/");
    return Conduct{.kind = other ? Kind::hold : Kind::properly};
  });
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
  const auto removed = remove({folder("a"), folder("b", "other")}, until);
  EXPECT_TRUE(removed[1].unfinished);
  EXPECT_FALSE(removed[1].failure) << message_of(removed[1]);
  EXPECT_EQ(removed[1].files, 0);
  server_.release();
}

// The server's response tells a reader more than the duration.
class S3EndlessTrouble : public S3Faults, public testing::WithParamInterface<Conduct> {};

TEST_P(S3EndlessTrouble, IsNamedWhereTheTimeIsUp) {
  server_.put(kRuns + "a/x");
  settings_.pause_ms = 2'000;
  server_.behave(
      [](const SeenRequest& request) { return request.is_deletion() ? GetParam() : Conduct{}; });
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(1'500);
  const auto removed = remove({folder("a")}, until);
  EXPECT_TRUE(removed[0].unfinished);
  EXPECT_THAT(removed[0].trouble, HasSubstr("SlowDown"));
}

INSTANTIATE_TEST_SUITE_P(Answers, S3EndlessTrouble,
                         testing::Values(Conduct{.kind = Kind::instead,
                                                 .status = 503,
                                                 .body = "<Error><Code>SlowDown</Code></Error>"},
                                         Conduct{.key_errors = {{kRuns + "a/x", "SlowDown"}}}));

TEST_F(S3Faults, NoMoreRequestsAreInFlightThanAllowed) {
  std::vector<ExecutionFolder> folders;
  for (int i = 0; i < 40; ++i) {
    folders.push_back(folder("a", "n" + std::to_string(i)));
    server_.put("main/n" + std::to_string(i) + "/flow/executions/a/x");
  }
  settings_.requests = 3;
  for (const auto& removed : remove(folders)) EXPECT_EQ(removed.files, 1) << message_of(removed);
  EXPECT_LE(server_.most_at_once(), 3);
}

TEST_F(S3Faults, SeveralThreadsShareOneStorage) {
  for (int i = 0; i < 200; ++i) server_.put(kRuns + std::to_string(i) + "/x");
  const auto bucket = open_bucket(settings_);
  std::atomic<std::uint64_t> files{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = t; i < 200; i += 4)
        files += remove_one(*bucket, folder(std::to_string(i))).files;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(files, 200);
}

TEST_F(S3Faults, TheBucketStandsBeforeTheHostWhereItIsAskedFor) {
  server_.put(kRuns + "a/x");
  settings_.endpoint = "http://localhost:" + std::to_string(server_.port());
  settings_.path_style = false;
  const auto removed = remove("a");
  EXPECT_FALSE(removed.failure) << message_of(removed);
  const auto seen = server_.seen();
  ASSERT_THAT(seen, Not(IsEmpty()));
  EXPECT_EQ(seen[0].headers.at("host"), "winnow.localhost:" + std::to_string(server_.port()));
  EXPECT_EQ(seen[0].path, "/");
}

TEST_F(S3Faults, NoSecretLeavesButInsideOfASignature) {
  settings_.session_token = "token-that-only-the-server-may-see";
  server_.behave([](const SeenRequest&) {
    return Conduct{.kind = Kind::instead,
                   .status = 403,
                   .body = "<Error><Code>SignatureDoesNotMatch</Code><Message>m</Message></Error>"};
  });
  const auto removed = remove("a");
  EXPECT_THAT(message_of(removed),
              AllOf(Not(HasSubstr(kSecret)), Not(HasSubstr(settings_.session_token))));
  for (const auto& request : server_.seen()) {
    for (const auto& [name, value] : request.headers) EXPECT_THAT(value, Not(HasSubstr(kSecret)));
  }
}

TEST_F(S3Faults, APathBeforeAllKeysIsKeptTo) {
  server_.put("kestra/files/" + kRuns + "a/x");
  server_.put(kRuns + "a/x");
  settings_.path = "kestra/files";
  EXPECT_EQ(remove("a").files, 1);
  EXPECT_THAT(server_.keys(), ElementsAre(kRuns + "a/x"));
}

TEST_F(S3Faults, AnOddTenantReachesNothing) {
  server_.put("main/company/team/flow/executions/a/x");
  for (const char* tenant : {"..", "main/company", "", "."}) {
    const auto removed = remove({ExecutionFolder{tenant, "team", "flow", "a"}}).front();
    EXPECT_THAT(message_of(removed), HasSubstr("tenant"));
  }
  EXPECT_THAT(server_.seen(), IsEmpty());
}

struct WrongSettings {
  const char* endpoint;
  const char* bucket;
  const char* says;
};

class S3Configuration : public testing::TestWithParam<WrongSettings> {};

TEST_P(S3Configuration, IsRefusedBeforeAnyRequest) {
  auto settings = settings_for(GetParam().endpoint);
  settings.bucket = GetParam().bucket;
  const auto opened = storage::open_s3(settings);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, FailureKind::configuration);
  EXPECT_THAT(opened.error().message, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(Cases, S3Configuration,
                         testing::Values(WrongSettings{"http://h", "", "bucket"},
                                         WrongSettings{"", "b", "endpoint"},
                                         WrongSettings{"h:9000", "b", "endpoint"},
                                         WrongSettings{"ftp://h", "b", "endpoint"},
                                         WrongSettings{"https://", "b", "endpoint"},
                                         WrongSettings{"https://user:pass@h", "b", "endpoint"},
                                         WrongSettings{"https://h/path", "b", "endpoint"}));

}  // namespace
}  // namespace winnow::tests
