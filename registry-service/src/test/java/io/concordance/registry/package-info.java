/** Tests of the registry against the real local stack. */
package io.concordance.registry;
