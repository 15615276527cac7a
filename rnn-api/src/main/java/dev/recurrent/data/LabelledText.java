package dev.recurrent.data;

/**
 * A text and the class it belongs to.
 *
 * @param label the name of the class
 * @param text the text
 */
public record LabelledText(String label, String text) {}
