/**
 * The parts that Concordance normally finds in a cluster, on one machine and without containers: a Kafka broker, an S3
 * server and PostgreSQL, all real, all on loopback, all keeping their data in one directory.
 *
 * <p>{@link io.concordance.local.LocalStackProcess} and the types in its signature need nothing but the JDK, so that a
 * test may depend on this artifact without any of the servers on its own classpath.
 */
@NullMarked
package io.concordance.local;

import org.jspecify.annotations.NullMarked;
