import type { ReactNode } from "react";
import { Dialog as AriaDialog, Button, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { Icon } from "./Icon";
import "./dialog.css";

interface Props {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
  /** A sheet rises from the lower edge, for phones. */
  variant?: "dialog" | "sheet";
  role?: "dialog" | "alertdialog";
}

export function Dialog({ title, isOpen, onClose, children, variant = "dialog", role = "dialog" }: Props) {
  const { t } = useTranslation();
  return (
    <ModalOverlay className={`overlay overlay-${variant}`} isOpen={isOpen} onOpenChange={(open) => !open && onClose()} isDismissable>
      <Modal className={`modal modal-${variant}`}>
        <AriaDialog className="dialog" role={role}>
          <header className="dialog-head">
            <Heading slot="title">{title}</Heading>
            <Button className="icon-button" aria-label={t("dialog.close")} onPress={onClose}>
              <Icon name="close" />
            </Button>
          </header>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
