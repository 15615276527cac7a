package dev.recurrent.data;

import org.jspecify.annotations.Nullable;

/**
 * A text and the class it belongs to.
 *
 * @param label the name of the class, or null where it is not known
 * @param text the text
 */
public record LabelledText(@Nullable String label, String text) {}
