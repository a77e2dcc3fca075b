package io.concordance.kit.store;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Where the objects are. Any server that speaks the S3 API and honours {@code If-None-Match: *} will do. */
@ConfigMapping(prefix = "concordance.s3")
interface S3Settings {
    /** Such as {@code http://127.0.0.1:9000}. */
    String endpoint();

    String accessKey();

    String secretKey();

    @WithDefault("concordance")
    String bucket();

    @WithDefault("us-east-1")
    String region();
}
