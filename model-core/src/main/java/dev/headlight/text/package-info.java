/**
 * What stands around a model that reads text: the tokenizer before it and the pooling of its hidden
 * states after it.
 */
package dev.headlight.text;
