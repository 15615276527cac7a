package dev.recurrent.data;

/**
 * A text and the key of what it belongs to, such as a caption and its image: texts of one key are
 * about the same, and should not be parted into training and test data.
 *
 * @param key the key; the text itself where the file gives none
 * @param text the text
 */
public record KeyedText(String key, String text) {}
