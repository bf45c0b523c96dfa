// Signatures against the examples that AWS publishes for S3 ("Signature Calculations for the
// Authorization Header").
#include <gmock/gmock.h>

#include "document/strings.h"
#include "storage/s3/signer.h"

namespace winnow::storage::s3 {
namespace {

using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

const Credentials kExample{.access_key = "AKIAIOSFODNN7EXAMPLE",
                           .secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};

std::vector<std::string> signed_example(const Query& query, const Credentials& credentials) {
  const std::string encoded = encoded_query(query);
  const ToSign request{.method = "GET",
                       .host = "examplebucket.s3.amazonaws.com",
                       .path = "/",
                       .query = encoded,
                       .body = ""};
  const auto moment =
      std::chrono::system_clock::from_time_t(1'369'353'600);  // 2013-05-24T00:00:00Z
  return signed_headers(request, credentials, "us-east-1", moment);
}

TEST(S3Signer, SignsAListingAsAwsDoes) {
  EXPECT_THAT(signed_example({{"prefix", "J"}, {"max-keys", "2"}}, kExample),
              Contains(EndsWith(
                  "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                  "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
                  "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")));
}

TEST(S3Signer, SignsAParameterWithoutValueAsAwsDoes) {
  EXPECT_THAT(signed_example({{"lifecycle", ""}}, kExample),
              Contains(EndsWith(
                  "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")));
}

TEST(S3Signer, ASessionTokenTravelsAndIsSigned) {
  auto credentials = kExample;
  credentials.session_token = "token";
  const auto headers = signed_example({}, credentials);
  EXPECT_THAT(headers, Contains("x-amz-security-token: token"));
  EXPECT_THAT(headers, Contains(HasSubstr("x-amz-date;x-amz-security-token,")));
  EXPECT_THAT(headers, Not(Contains(HasSubstr(credentials.secret_key))));
}

TEST(S3Signer, EncodesAllButWhatNeedsNoEncoding) {
  EXPECT_EQ(document::percent_encoded("a-b_c.d~e/f g+h\xc3\xa4", "/"), "a-b_c.d~e/f%20g%2Bh%C3%A4");
  EXPECT_EQ(document::percent_encoded("a/b"), "a%2Fb");
  EXPECT_EQ(encoded_query({{"prefix", "a/b c"}, {"delete", ""}}), "delete=&prefix=a%2Fb%20c");
}

}  // namespace
}  // namespace winnow::storage::s3
