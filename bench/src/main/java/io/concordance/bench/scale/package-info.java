/** What one worker takes for a slice, measured, and what a thousand of them would ask of Kafka, S3 and PostgreSQL, simulated. */
@NullMarked
package io.concordance.bench.scale;

import org.jspecify.annotations.NullMarked;
