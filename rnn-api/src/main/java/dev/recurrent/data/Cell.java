package dev.recurrent.data;

/**
 * A field of a table and where it starts.
 *
 * @param text the value, without quotes
 * @param line the line, from 1
 * @param column the character in the line, from 1
 */
record Cell(String text, int line, int column) {}
