/**
 * Who may call a service: bearer tokens of an OpenID provider, API keys, and tokens of services, each with roles. Every
 * endpoint names the roles that may call it with {@code @RolesAllowed}; one that names none refuses everybody.
 */
@NullMarked
package io.concordance.kit.access;

import org.jspecify.annotations.NullMarked;
