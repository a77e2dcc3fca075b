/**
 * Figures as the pages draw them: shapes in a plane, a caption with unit and denominator, and the data behind them.
 */
@NullMarked
package io.concordance.registry.page.figure;

import org.jspecify.annotations.NullMarked;
