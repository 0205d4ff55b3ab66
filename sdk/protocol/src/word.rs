/// Defines enums whose variants are words of the protocol.
///
/// serde's own derive would do, but it also reads `{"INFO": null}` as the word `INFO`, which no schema allows.
macro_rules! words {
    ($(
        $(#[$meta:meta])*
        pub enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)* }
    )*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
        }

        impl $name {
            /// The word on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = String::deserialize(deserializer)?;
                match word.as_str() {
                    $($word => Ok($name::$variant),)*
                    _ => Err(serde::de::Error::unknown_variant(&word, &[$($word),*])),
                }
            }
        }
    )*};
}
pub(crate) use words;

#[cfg(test)]
mod tests {
    use crate::LogLevel;

    #[test]
    fn a_word_is_read_from_text_alone() {
        assert_eq!(serde_json::from_str::<LogLevel>(r#""INFO""#).unwrap(), LogLevel::Info);
        serde_json::from_str::<LogLevel>(r#"{"INFO":null}"#).unwrap_err();
    }

    #[test]
    fn an_unknown_word_is_told_with_the_known_ones() {
        let error = serde_json::from_str::<LogLevel>(r#""NOTICE""#).unwrap_err().to_string();
        assert!(error.contains("unknown variant `NOTICE`, expected one of `FATAL`, `ERROR`"), "{error}");
    }
}
