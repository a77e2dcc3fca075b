/** How a model's tokens read: its tokenizer, found in the object store through the model's id. */
@NullMarked
package io.concordance.interp.vocabulary;

import org.jspecify.annotations.NullMarked;
