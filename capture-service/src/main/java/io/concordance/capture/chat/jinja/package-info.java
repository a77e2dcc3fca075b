/**
 * The part of the Jinja template language that chat templates are written in, with Python's semantics and the settings
 * that chat templates expect ({@code trim_blocks}, {@code lstrip_blocks}, loop controls). A template reaches nothing but
 * the values it is given, and works within a budget of steps and characters.
 */
@NullMarked
package io.concordance.capture.chat.jinja;

import org.jspecify.annotations.NullMarked;
