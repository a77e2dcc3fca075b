/**
 * Objects under keys in one S3 bucket, written once and read back by digest. Nothing else knows the S3 client.
 */
@NullMarked
package io.concordance.kit.store;

import org.jspecify.annotations.NullMarked;
