package io.concordance.kit.idempotency;

import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a resource method obey the {@code Idempotency-Key} header. Goes on a blocking method that returns
 * {@link jakarta.ws.rs.core.Response}.
 *
 * <p>The method runs inside one database transaction together with the record of its answer: what it writes through
 * {@code jdbi.inTransaction} on this thread (outbox included) and the key are committed at once, or none of it is. So a
 * crash in the middle leaves the key free, and never a job without a key or a key without a job. The transaction stays
 * open while the method runs: it should do no slow work.
 *
 * <p>Repeating a key with the same body within 24 hours returns the first answer (status, {@code Location}, body) with
 * {@code Idempotency-Replayed: true}. The same key with another body is refused (422), the same key while the first
 * request still runs too (409). "Same body" compares JSON values: neither spaces nor the order of fields count. Answers of 400 and up are
 * not kept. Without the header the method runs as if it were not annotated.
 */
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Idempotent {}
