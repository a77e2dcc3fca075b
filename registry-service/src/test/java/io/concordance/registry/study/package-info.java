/** How studies are taken in, carried through and judged. */
package io.concordance.registry.study;
