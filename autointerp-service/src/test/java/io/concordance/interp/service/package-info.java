/** The whole service against the real Kafka, S3 and PostgreSQL. */
@NullMarked
package io.concordance.interp.service;

import org.jspecify.annotations.NullMarked;
