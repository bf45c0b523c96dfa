// S3's XML: what it says, and what is not to be believed.
#include <gmock/gmock.h>

#include "storage/s3/responses.h"

namespace winnow::storage::s3 {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

TEST(S3Responses, APageNamesItsKeysAndTheNextPage) {
  const auto page = read_page(
      "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"x\"><IsTruncated>true</IsTruncated>"
      "<EncodingType>url</EncodingType><NextContinuationToken>t/+=</NextContinuationToken>"
      "<Contents><Key>a/b+c%2Bd%01</Key><LastModified>2026-02-03T01:00:05.000Z</LastModified>"
      "</Contents></ListBucketResult>");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->next, "t/+=");
  ASSERT_THAT(page->objects, SizeIs(1));
  EXPECT_EQ(page->objects[0].key, "a/b c+d\x01");
  EXPECT_EQ(page->objects[0].last_modified, "2026-02-03T01:00:05.000Z");
}

TEST(S3Responses, AServerThatDoesNotEncodeIsTakenAtItsWord) {
  const auto page = read_page(
      "<ListBucketResult><IsTruncated>false</IsTruncated>"
      "<Contents><Key>a+b%20c &amp; d</Key></Contents></ListBucketResult>");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->objects[0].key, "a+b%20c & d");
}

class NoPage : public testing::TestWithParam<const char*> {};

TEST_P(NoPage, IsNotTakenForAnEmptyOne) {
  EXPECT_FALSE(read_page(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, NoPage,
    testing::Values("", "<", "<html></html>", "<ListBucketResult>", "<ListBucketResult/>",
                    "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
                    "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a",
                    "<Error><Code>SlowDown</Code></Error>",
                    "<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]><x>&y;</x>"));

TEST(S3Responses, ADeletionNamesWhatWentAndWhatDidNot) {
  const auto result = read_delete_result(
      "<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</Key><Code>AccessDenied</Code>"
      "<Message>no</Message></Error></DeleteResult>");
  ASSERT_TRUE(result);
  EXPECT_THAT(result->deleted, testing::ElementsAre(ObjectName{.key = "a"}));
  ASSERT_THAT(result->errors, SizeIs(1));
  EXPECT_EQ(result->errors[0].object.key, "b");
  EXPECT_EQ(result->errors[0].code, "AccessDenied");
  EXPECT_FALSE(read_delete_result("<Error><Code>InternalError</Code></Error>"));
}

TEST(S3Responses, APageOfVersionsTellsFilesFromWhatIsOlder) {
  const auto page = read_versions(
      "<ListVersionsResult><IsTruncated>true</IsTruncated><EncodingType>url</EncodingType>"
      "<NextKeyMarker>a+b</NextKeyMarker><NextVersionIdMarker>v2</NextVersionIdMarker>"
      "<Version><Key>a+b</Key><VersionId>v3</VersionId><IsLatest>true</IsLatest></Version>"
      "<Version><Key>a+b</Key><VersionId>v2</VersionId><IsLatest>false</IsLatest></Version>"
      "<DeleteMarker><Key>c</Key><VersionId>v1</VersionId><IsLatest>true</IsLatest></DeleteMarker>"
      "</ListVersionsResult>");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->next, "a b");
  EXPECT_EQ(page->next_version, "v2");
  ASSERT_THAT(page->objects, SizeIs(3));
  EXPECT_EQ(page->objects[0].key, "a b");
  EXPECT_EQ(page->objects[0].version, "v3");
  EXPECT_TRUE(page->objects[0].is_file);
  EXPECT_FALSE(page->objects[1].is_file);
  EXPECT_FALSE(page->objects[2].is_file);
}

TEST(S3Responses, OnlyKeysThatXmlCarriesGoIntoIt) {
  for (const char* fits : {"a/b", "caf\u00e9 <&>\"'", "a b", "\U0001F600"})
    EXPECT_TRUE(fits_xml(fits)) << fits;
  for (const char* odd :
       {"a\nb", "a\rb", "a\tb", "a\x01", "\xff", "\xef\xbf\xbe", "\xed\xa0\x80", "\xc2\x85"}) {
    EXPECT_FALSE(fits_xml(odd)) << odd;
  }
  EXPECT_THAT(write_deletion({{.key = "a<&>"}}),
              HasSubstr("<Object><Key>a&lt;&amp;&gt;</Key></Object>"));
  EXPECT_THAT(write_deletion({{.key = "a", .version = "v1"}}),
              HasSubstr("<Object><Key>a</Key><VersionId>v1</VersionId></Object>"));
}

}  // namespace
}  // namespace winnow::storage::s3
