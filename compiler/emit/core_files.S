/* Files as bytes; CMakeLists.txt defines their paths. */
    .section .rodata.fovea_core_files, "a"
    .global fovea_core_archive_begin, fovea_core_archive_end
    .global fovea_core_aarch64_begin, fovea_core_aarch64_end
    .global fovea_host_types_begin, fovea_host_types_end
    .hidden fovea_core_archive_begin, fovea_core_archive_end
    .hidden fovea_core_aarch64_begin, fovea_core_aarch64_end
    .hidden fovea_host_types_begin, fovea_host_types_end
    .balign 16
fovea_core_archive_begin:
    .incbin FOVEA_CORE_ARCHIVE
fovea_core_archive_end:
/* Empty where it was not compiled. */
    .balign 16
fovea_core_aarch64_begin:
#ifdef FOVEA_CORE_AARCH64
    .incbin FOVEA_CORE_AARCH64
#endif
fovea_core_aarch64_end:
fovea_host_types_begin:
    .incbin FOVEA_HOST_TYPES
fovea_host_types_end:
    .section .note.GNU-stack, "", %progbits
