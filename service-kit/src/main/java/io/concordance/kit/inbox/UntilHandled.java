package io.concordance.kit.inbox;

import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Goes on every {@code @Incoming @Blocking} method that takes a Kafka {@code ConsumerRecord}. A record is not skipped
 * because the database or the object store is away for a while: the method is called again, with pauses that grow to
 * 10 seconds, until it returns. Records behind it on the channel wait, so order holds.
 *
 * <p>Only a {@link io.concordance.contracts.problem.FieldProblem}, or text that PostgreSQL cannot hold, says that repeating
 * is of no use. The record is then kept in the table {@code dead_letter} with the reason, and the channel goes on.
 */
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface UntilHandled {}
