package io.concordance.kit.access;

import java.util.Set;

/**
 * Whose a credential is.
 *
 * @param name who it was given to
 * @param roles of {@link Roles#ALL}
 */
public record Holder(String name, Set<String> roles) {}
