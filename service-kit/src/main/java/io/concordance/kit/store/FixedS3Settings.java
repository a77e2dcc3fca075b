package io.concordance.kit.store;

/** Settings that no configuration is read for. */
record FixedS3Settings(String endpoint, String accessKey, String secretKey, String bucket, String region)
        implements S3Settings {}
